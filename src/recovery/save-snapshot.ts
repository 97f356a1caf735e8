import { basename } from 'node:path'
import { asSignetError } from '../core/signet-error.ts'
import { readSnapshotConfig } from '../host/snapshots/snapshot-config.ts'
import { recordAct } from '../host/snapshots/snapshot-state.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import type { SnapshotReceipt } from './snapshot-receipt.ts'
import { type SnapshotOrder, takeSnapshot } from './take-snapshot.ts'

/** Saves into this host's own directory for snapshots, by its configuration, and keeps how it went. */
export async function saveSnapshot(
  world: RecoveryWorld,
  order: Pick<SnapshotOrder, 'onProgress'>,
): Promise<SnapshotReceipt> {
  const startMs = world.clock.now()
  await readSnapshotConfig(world)
  try {
    const receipt = await takeSnapshot(world, order)
    const { file, time, revision, bytes, sha256 } = receipt
    const durationMs = Math.max(0, world.clock.now() - startMs)
    const success = { snapshot: basename(file), takenAt: time, revision, bytes, durationMs, sha256 }
    await recordAct(world, 'save', { success })
    return receipt
  } catch (error) {
    await recordAct(world, 'save', { failure: asSignetError(error).message }).catch(() => {})
    throw error
  }
}
