import { type ClusterView, formatMemberId, toleratedFailures, votersOf } from './cluster-view.ts'
import type { StepDuration } from './step.ts'
import type { CanaryResult } from './write-canary.ts'

/** What a join did and measured; ids are hexadecimal, so that JSON can hold it. */
export interface JoinReceipt {
  readonly name: string
  readonly memberId: string
  readonly steps: readonly StepDuration[]
  readonly totalMs: number
  /** Of that, time in which etcd's own rules made it wait. */
  readonly etcdWaitMs: number
  /** Undefined where the run that is continued had measured it, or nothing was measured. */
  readonly longestWritePauseMs?: number
  readonly canaryWrites: number
  readonly canaryFailures: number
  readonly members: readonly string[]
  readonly voters: number
  readonly toleratedFailures: number
  readonly advice?: string
}

export interface ReceiptFacts {
  readonly name: string
  readonly memberId: bigint
  readonly view: ClusterView
  readonly steps: readonly StepDuration[]
  readonly etcdWaitMs: number
  readonly canary: CanaryResult | undefined
}

/** The receipt of a join that is through. */
export function composeReceipt({ name, memberId, view, steps, etcdWaitMs, canary }: ReceiptFacts): JoinReceipt {
  const voters = votersOf(view).length
  const advice = adviceFor(voters)
  return {
    name,
    memberId: formatMemberId(memberId),
    steps,
    totalMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0),
    etcdWaitMs,
    ...(canary !== undefined && canary.writes > 0 && { longestWritePauseMs: canary.longestPauseMs }),
    canaryWrites: canary?.writes ?? 0,
    canaryFailures: canary?.failures ?? 0,
    members: view.members.map(({ member }) => member.name).toSorted(),
    voters,
    toleratedFailures: toleratedFailures(voters),
    ...(advice !== undefined && { advice }),
  }
}

/** What to do next for a cluster of this many voting members. */
function adviceFor(voters: number): string | undefined {
  if (voters % 2 === 1) return undefined
  const count =
    voters === 2 ? 'two members tolerate no failure' : `${voters} members tolerate no more than ${voters - 1}`
  return `${count}: add ${voters === 2 ? 'a third' : 'one more'}`
}
