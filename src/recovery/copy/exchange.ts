import { chmod, lchown } from 'node:fs/promises'
import { join } from 'node:path'
import { listDirectory } from '../../host/files/list-directory.ts'
import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import type { FileSettings } from '../../host/files/write-file-atomically.ts'
import { stopUnit } from '../../host/programs/one-shot-unit.ts'
import { snapshotEnding } from '../../host/snapshots/snapshot-name.ts'
import { ensureOwnPlace } from '../snapshot-place.ts'
import { type CopyPlaces, copyPlaces, copyUnit } from './copy-places.ts'
import type { CopyWorld } from './copy-world.ts'

/** Where files change hands, while nobody else uses it. */
export interface Exchange extends CopyPlaces {
  /** Whose the account of the programs is; whoever runs this where it is undefined. */
  readonly owner: FileSettings['owner']
}

/**
 * Does some work while nobody else copies or fetches, with nothing going out and nothing coming in when it begins and when it
 * ends. What a run that was killed has left is ended and removed first.
 */
export async function withExchange<Value>(
  world: CopyWorld,
  work: (exchange: Exchange) => Promise<Value>,
): Promise<Value> {
  const exchange = { ...copyPlaces(world.layout), owner: await world.readOwner('signet-copy') }
  await ensureOwnPlace(world.layout.snapshots, world)
  await world.files.makeDirectory(exchange.exchange, { mode: 0o700 })
  return withDirectoryLock(exchange.exchange, async () => {
    await stopUnit(copyUnit, world.run).catch(() => {})
    await empty(exchange, world)
    const { owner } = exchange
    await world.files.makeDirectory(exchange.outgoing, { mode: 0o750, owner: readableBy(owner, world) })
    await world.files.makeDirectory(exchange.incoming, { mode: 0o700, owner })
    try {
      return await work(exchange)
    } finally {
      await empty(exchange, world)
    }
  })
}

/** The settings of what is root's and may be read by the account of the programs, and by nobody else. */
export function readableBy(owner: FileSettings['owner'], { ownUid }: Pick<CopyWorld, 'ownUid'>): FileSettings['owner'] {
  return owner === undefined ? undefined : { uid: ownUid, gid: owner.gid }
}

async function empty({ outgoing, incoming }: CopyPlaces, world: CopyWorld): Promise<void> {
  for (const name of await listDirectory(outgoing)) await takeBack(join(outgoing, name), world)
  for (const directory of [outgoing, incoming]) await world.files.removeTree(directory)
}

/** A snapshot that goes out has a second name here: it is root's alone again before that goes. */
async function takeBack(path: string, { ownUid, files }: CopyWorld): Promise<void> {
  if (path.endsWith(snapshotEnding) && (await files.look(path))?.kind === 'file') {
    await chmod(path, 0o600)
    if (ownUid === 0) await lchown(path, 0, 0)
  }
  await files.remove(path)
}
