import { readFileSystemSize } from '../../host/free-bytes.ts'
import type { SnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import type { RecoveryWorld } from '../recovery-world.ts'
import { verifySnapshot } from '../verify-snapshot.ts'
import { type FoundSnapshot, findSnapshots } from './found-snapshot.ts'
import type { KeepPlan } from './plan-keep.ts'
import { planPrune } from './plan-prune.ts'

/** What is to be pruned, and for what. */
export interface PruneOrder {
  readonly directory: string
  readonly config: SnapshotConfig
  /** The snapshot that is about to be taken, where one is: only of its cluster is anything removed for its room. */
  readonly incoming?: { readonly cluster8: string; readonly bytes: number; readonly missingBytes: number }
  /** One that was proven just now. */
  readonly proven?: string
  readonly isDryRun?: boolean | undefined
}

/** What became of the snapshots. */
export interface PruneResult extends KeepPlan {
  /** Those that would be removed if any that stays could be proven whole. */
  readonly unproven: readonly FoundSnapshot[]
}

type PruneWorld = Pick<RecoveryWorld, 'files' | 'clock'>

/**
 * Removes what neither age nor room lets stay, of each cluster by itself: never what we did not name, nor anything while none
 * of those that stay is proven to be whole. Nobody else may be saving or pruning there.
 */
export async function pruneSnapshots(order: PruneOrder, world: PruneWorld): Promise<PruneResult> {
  const found = await findSnapshots(order.directory)
  const clusters = [...new Set(found.map(({ cluster8 }) => cluster8))]
  const results: PruneResult[] = []
  for (const cluster8 of clusters) {
    const own = found.filter((one) => one.cluster8 === cluster8)
    results.push(await pruneCluster(own, planCluster(own, order, world), { order, world }))
  }
  const all = (list: keyof PruneResult): readonly FoundSnapshot[] => results.flatMap((result) => result[list])
  return { keep: all('keep'), remove: all('remove'), ahead: all('ahead'), unproven: all('unproven') }
}

function planCluster(found: readonly FoundSnapshot[], { config, directory, incoming }: PruneOrder, world: PruneWorld) {
  const isOwn = incoming !== undefined && found[0]?.cluster8 === incoming.cluster8
  return planPrune(found, {
    rule: {
      nowMs: world.clock.now(),
      everySeconds: config.save.every,
      allSeconds: config.keep.all,
      dailySeconds: config.keep.daily,
    },
    maxBytes: config.maxBytes,
    totalBytes: readFileSystemSize(directory).totalBytes,
    incomingBytes: isOwn ? incoming.bytes : 0,
    missingBytes: isOwn ? incoming.missingBytes : 0,
  })
}

interface Pruning {
  readonly order: PruneOrder
  readonly world: PruneWorld
}

async function pruneCluster(
  found: readonly FoundSnapshot[],
  plan: KeepPlan,
  { order, world }: Pruning,
): Promise<PruneResult> {
  if (plan.remove.length === 0) return { ...plan, unproven: [] }
  if (!(await hasProven(plan.keep, order, world))) {
    return {
      keep: found.filter((one) => !plan.ahead.includes(one)),
      remove: [],
      ahead: plan.ahead,
      unproven: plan.remove,
    }
  }
  if (order.isDryRun !== true) for (const one of plan.remove) await remove(one, world)
  return { ...plan, unproven: [] }
}

// The newest first, which is the one that is wanted.
async function hasProven(
  kept: readonly FoundSnapshot[],
  { proven }: PruneOrder,
  { files }: PruneWorld,
): Promise<boolean> {
  if (proven !== undefined && kept.some(({ file }) => file === proven)) return true
  for (const { file } of kept) {
    const isWhole = await verifySnapshot(file, files).then(
      () => true,
      () => false,
    )
    if (isWhole) return true
  }
  return false
}

// The sidecar first: what is cut off between the two is a snapshot still, and goes the next time.
async function remove({ file }: FoundSnapshot, { files }: PruneWorld): Promise<void> {
  await files.remove(sidecarPath(file))
  await files.remove(file)
}
