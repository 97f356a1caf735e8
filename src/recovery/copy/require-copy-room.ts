import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readRoom } from '../read-room.ts'
import { requireRoom } from '../snapshot-room.ts'
import type { CopyWorld } from './copy-world.ts'

/**
 * Refuses to encrypt or fetch where the file has no room, or would take etcd's: beside the snapshots while it goes out or comes in,
 * or where the operator wants it. Throws `configuration`.
 */
export async function requireCopyRoom(
  bytes: number,
  directory: string,
  world: CopyWorld,
  remedy = 'or keep fewer snapshots: maxBytes in snapshot.yaml',
): Promise<void> {
  const room = await readRoom(directory, bytes, world)
  try {
    requireRoom(room)
  } catch (cause) {
    const why = cause instanceof SignetError ? `: ${cause.message}` : ''
    throw new SignetError('configuration', `there is no room for the copy${why}`, {
      hint: `make room there: df -h ${quoteShell(directory)}; ${remedy}`,
      cause,
    })
  }
}
