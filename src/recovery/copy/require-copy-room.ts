import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readRoom } from '../read-room.ts'
import { requireRoom } from '../snapshot-room.ts'
import type { CopyPlaces } from './copy-places.ts'
import type { CopyWorld } from './copy-world.ts'

/**
 * Refuses to encrypt or fetch where the file has no room, or would take etcd's: it stands beside the snapshots while it goes out
 * or comes in. Throws `configuration`.
 */
export async function requireCopyRoom(
  bytes: number,
  { exchange }: Pick<CopyPlaces, 'exchange'>,
  world: CopyWorld,
): Promise<void> {
  const room = await readRoom(exchange, bytes, world)
  try {
    requireRoom(room)
  } catch (cause) {
    const why = cause instanceof SignetError ? `: ${cause.message}` : ''
    throw new SignetError('configuration', `there is no room for the copy${why}`, {
      hint: `make room there: df -h ${quoteShell(exchange)}; or keep fewer snapshots: maxBytes in snapshot.yaml`,
      cause,
    })
  }
}
