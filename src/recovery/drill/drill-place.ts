import { join } from 'node:path'
import { removeTree } from '../../host/files/remove-file.ts'
import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import { endProcessesIn } from '../../host/programs/end-processes-in.ts'
import { ensureOwnPlace } from '../snapshot-place.ts'
import type { DrillWorld } from './drill-world.ts'
import { drillName } from './throwaway-etcd.ts'

/** Where a drill does everything, and whose its etcd is. */
export interface DrillPlace {
  readonly directory: string
  readonly account: { readonly uid: number; readonly gid: number } | undefined
}

/** Below the directory of snapshots: names without a dot at their front are those of snapshots. */
const placeName = '.drill'

/**
 * Works in a directory that nobody else can open, while no other drill does, and removes everything in the end. What a drill
 * that was killed has left goes first: its etcd, where that should have outlived it, and its files. Throws `try-later` at once
 * where another drill is at work.
 */
export async function inDrillPlace<Value>(
  world: DrillWorld,
  work: (place: DrillPlace) => Promise<Value>,
): Promise<Value> {
  const above = join(world.layout.snapshots, placeName)
  await ensureOwnPlace(above, world)
  const account = world.ownUid === 0 ? await world.readOwner('etcd').catch(() => undefined) : undefined
  const directory = join(above, 'run')
  const clear = async (): Promise<void> => {
    await endProcessesIn(directory, `--name=${drillName}`, [
      world.ownUid,
      ...(account === undefined ? [] : [account.uid]),
    ])
    await removeTree(directory)
  }
  const alone = async (): Promise<Value> => {
    await clear()
    await world.files.makeDirectory(directory, { mode: 0o700 })
    return work({ directory, account }).finally(clear)
  }
  return withDirectoryLock(above, alone, { waitSeconds: 0 })
}
