import { formatServersFlag } from '../../client/apiserver/compare-servers.ts'
import {
  type ClusterView,
  clientUrlsOf,
  formatMemberId,
  toleratedFailures,
  votersOf,
} from '../../cluster/cluster-view.ts'
import type { CanaryResult } from '../../cluster/write-canary.ts'
import type { StepDuration } from '../run/step.ts'

/** What a join did and measured; ids are hexadecimal, so that JSON can hold it. */
export interface JoinReceipt {
  readonly name: string
  readonly memberId: string
  readonly steps: readonly StepDuration[]
  readonly totalMs: number
  /** Of that, time in which etcd's own rules made it wait. */
  readonly etcdWaitMs: number
  /** Undefined where the run that is continued had measured it, or nothing was measured. */
  readonly longestWritePauseMs?: number | undefined
  readonly canaryWrites: number
  readonly canaryFailures: number
  readonly members: readonly string[]
  readonly voters: number
  readonly toleratedFailures: number
  readonly advice?: string | undefined
  /** The flag that kube-apiserver should have from now on. */
  readonly etcdServers: string
}

export interface ReceiptFacts {
  readonly name: string
  readonly memberId: bigint
  readonly view: ClusterView
  readonly steps: readonly StepDuration[]
  readonly etcdWaitMs: number
  readonly canary: CanaryResult | undefined
  /** Whether the signer said that any host may join; undefined where it did not tell. */
  readonly areJoinsOpen: boolean | undefined
}

/** The receipt of a join that is through. */
export function composeReceipt({
  name,
  memberId,
  view,
  steps,
  etcdWaitMs,
  canary,
  areJoinsOpen,
}: ReceiptFacts): JoinReceipt {
  const voters = votersOf(view).length
  return {
    name,
    memberId: formatMemberId(memberId),
    steps,
    totalMs: steps.reduce((sum, { durationMs }) => sum + durationMs, 0),
    etcdWaitMs,
    longestWritePauseMs: canary !== undefined && canary.writes > 0 ? canary.longestPauseMs : undefined,
    canaryWrites: canary?.writes ?? 0,
    canaryFailures: canary?.failures ?? 0,
    members: view.members.map(({ member }) => member.name).toSorted(),
    voters,
    toleratedFailures: toleratedFailures(voters),
    advice: adviceFor(voters, areJoinsOpen === true),
    etcdServers: formatServersFlag(clientUrlsOf(view.members)),
  }
}

/** What to do next for a cluster of this many voting members. */
function adviceFor(voters: number, areJoinsOpen: boolean): string | undefined {
  const advice = [...adviseOnCount(voters), ...(areJoinsOpen && voters >= 3 ? [adviceToClose] : [])]
  return advice.length === 0 ? undefined : advice.join('; ')
}

// Also after they were opened for one host: closing lists it, and without that it could not renew.
const adviceToClose = 'any host of the network can still join: on the signer: signet joins close'

function adviseOnCount(voters: number): readonly string[] {
  if (voters % 2 === 1) return []
  const count =
    voters === 2 ? 'two members tolerate no failure' : `${voters} members tolerate no more than ${voters - 1}`
  return [`${count}: add ${voters === 2 ? 'a third' : 'one more'}`]
}
