import { tellDistance } from '../../diagnosis/screen/tell-time.ts'
import { formatList, formatPruned } from '../../recovery/keep/format-kept.ts'
import { listSnapshots } from '../../recovery/keep/list-snapshots.ts'
import { pruneHere } from '../../recovery/keep/prune-here.ts'
import type { RecoveryWorld } from '../../recovery/recovery-world.ts'
import { type CommandStreams, printJson, printLines } from '../command-streams.ts'

export interface SnapshotListOptions {
  readonly json?: true
}

export interface SnapshotPruneOptions {
  readonly dryRun?: true
}

/** Lists the snapshots of this host. */
export async function runSnapshotList(
  { json }: SnapshotListOptions,
  streams: CommandStreams,
  world: RecoveryWorld,
): Promise<void> {
  const snapshots = await listSnapshots(world)
  if (json === true) printJson(streams, { snapshots })
  else
    printLines(
      streams,
      formatList(snapshots, (timeMs) => tellDistance(timeMs, world.clock.now())),
    )
}

/** Removes what neither age nor room lets stay. */
export async function runSnapshotPrune(
  { dryRun }: SnapshotPruneOptions,
  streams: CommandStreams,
  world: RecoveryWorld,
): Promise<void> {
  const isDryRun = dryRun === true
  printLines(streams, formatPruned(await pruneHere(world, isDryRun), isDryRun))
}
