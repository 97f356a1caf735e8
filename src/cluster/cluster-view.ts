import type { SignetError } from '../core/signet-error.ts'
import type { Member } from '../etcd/member.ts'
import type { MemberStatus } from '../etcd/member-status.ts'
import { describeUnreadable } from '../etcd/unreadable-member.ts'

/** One member as the list has it, and what it said of itself, or why it said nothing. */
export interface MemberView {
  readonly member: Member
  /** What the member answered at its own client URL. */
  readonly status?: MemberStatus
  /** Why it did not; also set for a member that never started. */
  readonly failure?: SignetError
}

/** One picture of the cluster, read at one moment. */
export interface ClusterView {
  readonly members: readonly MemberView[]
}

/** The id as etcdctl prints it. */
export function formatMemberId(id: bigint): string {
  return id.toString(16)
}

/** How a member is called in messages: its name, or, before its first start, its peer URL. */
export function memberLabel({ name, peerUrls, id, unreadable }: Member): string {
  if (name !== '') return name
  if (unreadable !== undefined) return formatMemberId(id)
  return `the unstarted member ${formatMemberId(id)} at ${peerUrls.join(', ')}`
}

/** The members that have a vote, started or not: a quorum is counted over these. */
export function votersOf(view: ClusterView): readonly MemberView[] {
  return view.members.filter(({ member }) => !member.isLearner)
}

/** The client URLs of each member that `get-peers` names: of voters that have started. */
export function clientUrlsOf(members: readonly MemberView[]): readonly (readonly string[])[] {
  return members.flatMap(({ member }) => (member.isStarted && !member.isLearner ? [member.clientUrls] : []))
}

/** Whether a member answers and knows a Raft leader: it then has its part in every quorum, whatever it complains of. */
export function isServingMember({ status }: MemberView): boolean {
  return status !== undefined && status.raftLeader !== 0n
}

/** Whether a member serves and reports no fault of its own. */
export function isHealthy(view: MemberView): boolean {
  return isServingMember(view) && view.status?.errors.length === 0
}

/** What is wrong with a member that is not healthy, or not readable, in words. */
export function describeFault({ member, status, failure }: MemberView): string {
  const unreadable = describeUnreadable(member)
  if (unreadable !== undefined) return unreadable
  if (!member.isStarted) return 'it has not started yet'
  if (status === undefined) return failure?.message ?? 'it does not answer'
  return status.raftLeader === 0n ? 'it knows no Raft leader' : `it reports ${status.errors.join(', ')}`
}

/** How many votes a change needs. */
export function quorumOf(voters: number): number {
  return Math.floor(voters / 2) + 1
}

/** How many members may fail without an end to writes. */
export function toleratedFailures(voters: number): number {
  return voters === 0 ? 0 : voters - quorumOf(voters)
}

/** Whether enough voters serve to change anything. */
export function hasQuorum(view: ClusterView): boolean {
  const voters = votersOf(view)
  return voters.filter(isServingMember).length >= quorumOf(voters.length)
}

/** The Raft leader, as the member of the newest term sees it. */
export function raftLeaderOf(view: ClusterView): MemberView | undefined {
  const answers = view.members.flatMap(({ status }) =>
    status === undefined || status.raftLeader === 0n ? [] : [status],
  )
  const newest = answers.reduce<MemberStatus | undefined>(
    (best, status) => (best === undefined || status.raftTerm > best.raftTerm ? status : best),
    undefined,
  )
  return view.members.find(({ member }) => member.id === newest?.raftLeader)
}

/** The largest database of any member: what a new one has to take in. */
export function largestDatabaseBytes(view: ClusterView): number {
  return Math.max(0, ...view.members.map(({ status }) => status?.dbSizeBytes ?? 0))
}
