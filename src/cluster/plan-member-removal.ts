import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { alarmsOf } from './cluster-alarm.ts'
import {
  type ClusterView,
  clientUrlsOf,
  formatMemberId,
  hasQuorum,
  isHealthy,
  isServingMember,
  type MemberView,
  memberLabel,
  quorumOf,
  raftLeaderOf,
  toleratedFailures,
  votersOf,
} from './cluster-view.ts'

/** A removal that leaves a cluster with a quorum. */
export interface MemberRemovalPlan {
  readonly id: bigint
  /** Empty where it never started. */
  readonly name: string
  readonly label: string
  /** Where the Raft leader is the one to go: who leads instead, so that writes do not wait for an election. */
  readonly moveRaftLeader: { readonly raftLeaderUrl: string; readonly targetId: bigint } | undefined
  readonly votersLeft: number
  readonly toleratedFailures: number
  /** Of each member that is left. */
  readonly clientUrlsLeft: readonly (readonly string[])[]
}

/** Decides whether the member of this name or hexadecimal id may go. Throws with the reason why not. */
export function planMemberRemoval(view: ClusterView, target: string): MemberRemovalPlan {
  const chosen = findMember(view, target)
  const left = votersOf(view).filter((voter) => voter !== chosen)
  checkQuorum(view, chosen, left)
  const successor = findSuccessor(view, left)?.member.id
  const raftLeaderUrl = chosen.member.clientUrls[0]
  const leads = raftLeaderOf(view) === chosen && successor !== undefined && raftLeaderUrl !== undefined
  return {
    id: chosen.member.id,
    name: chosen.member.name,
    label: memberLabel(chosen.member),
    moveRaftLeader: leads ? { raftLeaderUrl, targetId: successor } : undefined,
    votersLeft: left.length,
    toleratedFailures: toleratedFailures(left.length),
    clientUrlsLeft: clientUrlsOf(left),
  }
}

// One with an alarm, its data corrupt perhaps, leads only where there is no other.
function findSuccessor(view: ClusterView, left: readonly MemberView[]): MemberView | undefined {
  const alarmed = new Set(alarmsOf(view).map(({ memberId }) => memberId))
  const serving = left.filter(isServingMember)
  return serving.find((voter) => isHealthy(voter) && !alarmed.has(voter.member.id)) ?? serving[0]
}

function findMember({ members }: ClusterView, target: string): MemberView {
  const wantedId = target.toLowerCase().replace(/^0x/, '')
  const isMeant = (name: string): boolean => name !== '' && name === target
  const found = members.filter(({ member }) => isMeant(member.name) || formatMemberId(member.id) === wantedId)
  const [chosen, second] = found
  if (second !== undefined) {
    const ids = found.map(({ member }) => formatMemberId(member.id)).join(', ')
    throw new SignetError('usage', `${quoteUntrusted(target)} means more than one member: ${ids}`, {
      hint: 'name it by its id, see: signet member list',
    })
  }
  if (chosen === undefined) {
    throw new SignetError('usage', `the cluster has no member ${quoteUntrusted(target)}`, {
      hint: 'give a name or an id of: signet member list',
    })
  }
  return chosen
}

function checkQuorum(view: ClusterView, { member }: MemberView, left: readonly MemberView[]): void {
  if (left.length === 0) {
    throw new SignetError('refused', `${memberLabel(member)} is the last voting member: its data would be lost`, {
      hint: 'add another member first',
    })
  }
  if (!hasQuorum(view)) {
    throw new SignetError('try-later', 'the cluster has no quorum, without which no member can be removed', {
      hint: 'start the members that are down; see which: signet member list',
    })
  }
  const serving = left.filter(isServingMember).length
  if (serving >= quorumOf(left.length)) return
  const sick = left.filter((voter) => !isServingMember(voter)).map((voter) => memberLabel(voter.member))
  const counts = `${serving} of the ${left.length} voting members left would serve, and ${quorumOf(left.length)} are needed`
  throw new SignetError('refused', `without ${memberLabel(member)} there is no quorum: ${counts}`, {
    hint: `start first, or remove first: ${sick.join(', ')}`,
  })
}
