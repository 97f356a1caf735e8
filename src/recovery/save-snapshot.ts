import { basename } from 'node:path'
import { formatBytes } from '../core/byte-count.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { withDirectoryLock } from '../host/files/with-directory-lock.ts'
import { readSnapshotConfig, type SnapshotConfig } from '../host/snapshots/snapshot-config.ts'
import { recordAct } from '../host/snapshots/snapshot-state.ts'
import { type PruneOrder, type PruneResult, pruneSnapshots } from './keep/prune-snapshots.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import { ensureOwnPlace } from './snapshot-place.ts'
import type { SnapshotReceipt } from './snapshot-receipt.ts'
import { missingBytes, type SnapshotRoom } from './snapshot-room.ts'
import { type SnapshotOrder, takeSnapshot } from './take-snapshot.ts'

/** Who hears how a save goes. */
export interface SaveOrder extends Pick<SnapshotOrder, 'onProgress'> {
  /** What was pruned before and after. */
  readonly onPruned?: (result: PruneResult) => void
}

/** One that comes at once is the timer's beside an operator's: neither need wait for the other. */
const waitSeconds = 0

/**
 * Saves into this host's own directory for snapshots, by its configuration, and keeps how it went. What may go is pruned
 * before, so that there is room, and after, so that no more stays than may; one that is proven stays in any case. One at a
 * time: another is refused (`try-later`).
 */
export async function saveSnapshot(world: RecoveryWorld, order: SaveOrder = {}): Promise<SnapshotReceipt> {
  const config = await readSaveConfig(world)
  const directory = world.layout.snapshots
  return withDirectoryLock(directory, () => saveInto(directory, { world, order, config }), { waitSeconds })
}

/** What this host was told of snapshots; where that is not right, nothing is saved, and that is kept as any other failure. */
export async function readSaveConfig(world: RecoveryWorld): Promise<SnapshotConfig> {
  await ensureOwnPlace(world.layout.snapshots, world)
  return keepFailure(world, () => readSnapshotConfig(world))
}

async function keepFailure<Value>(world: RecoveryWorld, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    await recordAct(world, 'save', { failure: asSignetError(error).message }).catch(() => {})
    throw error
  }
}

interface Saving {
  readonly world: RecoveryWorld
  readonly order: SaveOrder
  readonly config: SnapshotConfig
}

async function saveInto(directory: string, saving: Saving): Promise<SnapshotReceipt> {
  const receipt = await takeInto(saving)
  await prune({ directory, proven: receipt.file }, saving)
  return receipt
}

function takeInto(saving: Saving): Promise<SnapshotReceipt> {
  const { world, order } = saving
  const startMs = world.clock.now()
  const makeRoom = (room: SnapshotRoom, clusterId: string) => freeRoom(room, clusterId, saving)
  return keepFailure(world, async () => {
    const receipt = await takeSnapshot(world, { onProgress: order.onProgress, makeRoom })
    const { file, time, revision, bytes, sha256 } = receipt
    const durationMs = Math.max(0, world.clock.now() - startMs)
    const success = { snapshot: basename(file), takenAt: time, revision, bytes, durationMs, sha256 }
    await recordAct(world, 'save', { success })
    return receipt
  })
}

async function freeRoom(room: SnapshotRoom, clusterId: string, saving: Saving): Promise<void> {
  const { directory, databaseBytes } = room
  const { maxBytes } = saving.config
  if (maxBytes !== undefined && databaseBytes > maxBytes) {
    const most = `maxBytes allows ${formatBytes(maxBytes)} for the snapshots of one cluster`
    throw new SignetError('configuration', `${most}, and one of them needs ${formatBytes(databaseBytes)}`, {
      hint: `raise maxBytes in ${saving.world.layout.snapshotConfiguration}; see: man snapshot.yaml`,
    })
  }
  const incoming = { cluster8: clusterId.slice(0, 8), bytes: databaseBytes, missingBytes: missingBytes(room) }
  await prune({ directory, incoming }, saving)
}

async function prune(part: Omit<PruneOrder, 'config'>, { world, order, config }: Saving): Promise<void> {
  const result = await pruneSnapshots({ ...part, config }, world)
  order.onPruned?.(result)
}
