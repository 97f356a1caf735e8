import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import { readSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import type { RecoveryWorld } from '../recovery-world.ts'
import { ensureOwnPlace } from '../snapshot-place.ts'
import { type PruneResult, pruneSnapshots } from './prune-snapshots.ts'

/** Prunes this host's own snapshots by its configuration. Throws `try-later` while one is being saved. */
export async function pruneHere(world: RecoveryWorld, isDryRun: boolean): Promise<PruneResult> {
  const config = await readSnapshotConfig(world)
  const { directory } = await ensureOwnPlace(world.layout.snapshots, world)
  return withDirectoryLock(directory, () => pruneSnapshots({ directory, config, isDryRun }, world), { waitSeconds: 0 })
}
