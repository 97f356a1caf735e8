import type { CanaryResult } from '../../cluster/write-canary.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import type { StepDuration } from '../run/step.ts'
import type { UseFacts } from './plan-use.ts'
import type { RaftSnapshotTaken } from './take-raft-snapshot.ts'

/** What a move to other binaries did and measured. */
export interface UseReceipt {
  readonly name: string
  readonly directory: string
  readonly version: string
  readonly previousDirectory: string
  /** Null where those binaries are gone. */
  readonly previousVersion: string | null
  /** The minor version that the cluster has taken up. */
  readonly clusterVersion: string
  /** Whether the binaries before would still start. */
  readonly canGoBack: boolean
  readonly snapshot: string
  /** Null where the log needed none. */
  readonly raftSnapshot: RaftSnapshotTaken | null
  /** Null where nothing was measured, as in a run that goes on after its restart. */
  readonly writes: CanaryResult | null
  readonly steps: readonly StepDuration[]
  readonly totalMs: number
}

/** What is put together into a receipt. */
export interface UseOutcome {
  readonly facts: UseFacts
  readonly clusterVersion: string
  readonly snapshot: string
  readonly raftSnapshot: RaftSnapshotTaken | undefined
  readonly measured: CanaryResult | undefined
  readonly steps: readonly StepDuration[]
}

/** The receipt of a move that is through. Pure. */
export function composeUseReceipt(outcome: UseOutcome): UseReceipt {
  const { facts, clusterVersion, measured, steps } = outcome
  const { name, target, previous } = facts
  const old = previous.version
  return {
    name,
    directory: target.directory,
    version: formatVersion(target.version),
    previousDirectory: previous.directory,
    previousVersion: old === undefined ? null : formatVersion(old),
    clusterVersion,
    canGoBack:
      old !== undefined && previous.directory !== target.directory && clusterVersion === `${old.major}.${old.minor}`,
    snapshot: outcome.snapshot,
    raftSnapshot: outcome.raftSnapshot ?? null,
    writes: measured === undefined || measured.writes === 0 ? null : measured,
    steps,
    totalMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0),
  }
}

/** A receipt as an operator reads it, line by line. */
export function formatUseReceipt(receipt: UseReceipt): readonly string[] {
  const { name, version, directory, previousVersion, totalMs, snapshot, raftSnapshot, clusterVersion } = receipt
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
  return [
    `${name} runs etcd ${version} of ${directory}${previousVersion === null ? '' : `, before ${previousVersion}`}; after ${seconds(totalMs)}`,
    `snapshot from before: ${snapshot}`,
    ...(raftSnapshot === null
      ? []
      : [`raft snapshot after ${raftSnapshot.entries} entries, ${seconds(raftSnapshot.durationMs)}`]),
    formatWrites(receipt),
    receipt.canGoBack
      ? `the cluster is at ${clusterVersion}; to go back: signet etcd use ${receipt.previousDirectory}`
      : `the cluster is at ${clusterVersion}: there is no way back from here`,
  ]
}

function formatWrites({ writes }: UseReceipt): string {
  if (writes === null) return 'the pause of writes was not measured: the run was interrupted before'
  return `writes while it restarted: ${writes.failures} of ${writes.writes + writes.failures} failed, longest pause ${writes.longestPauseMs} ms`
}
