import { type Alarm, maxReadFaults } from '../etcd/alarm.ts'
import type { Member } from '../etcd/member.ts'
import { type ClusterView, formatMemberId, memberLabel, votersOf } from './cluster-view.ts'

/** An alarm of the cluster, and what to do about it. */
export interface ClusterAlarm extends Alarm {
  /** Such as `alarm NOSPACE of etcd-2`. */
  readonly what: string
  readonly why: string
  /** What to type. */
  readonly fix: string
}

const disarm = 'signet etcdctl -- alarm disarm'
const makeRoom =
  'make room: signet etcdctl -- compact REVISION, then signet etcdctl -- defrag; or raise the quota (OPERATIONS, "The quota of etcd")'

/** What to type where the quota of a cluster was reached. */
export const fixOfNoSpace = `${makeRoom}; then ${disarm}`

/**
 * The alarms of a cluster, each once: every member's status repeats them all. Those of members come first, and 64 are told of at
 * most: any client can have etcd raise alarms of members that it invents.
 */
export function alarmsOf(view: ClusterView): readonly ClusterAlarm[] {
  const all = view.members.flatMap(({ status }) => status?.alarms ?? [])
  const distinct = new Map(all.map((alarm) => [`${alarm.kind} ${alarm.memberId}`, alarm]))
  const listed = new Set(view.members.map(({ member }) => member.id))
  const isListed = ({ memberId }: Alarm): boolean => listed.has(memberId)
  const sorted = [...distinct.values()].toSorted((one, other) => Number(isListed(other)) - Number(isListed(one)))
  return sorted.slice(0, maxReadFaults).map((alarm) => describe(alarm, view))
}

function describe(alarm: Alarm, view: ClusterView): ClusterAlarm {
  const { kind, memberId } = alarm
  const member = view.members.find((each) => each.member.id === memberId)?.member
  const what = `alarm ${kind} of ${member === undefined ? labelOfGone(memberId) : memberLabel(member)}`
  if (kind === 'NOSPACE') {
    const why = 'etcd takes no writes until it is disarmed, on any member'
    return { ...alarm, what, why, fix: fixOfNoSpace }
  }
  if (kind === 'CORRUPT') {
    const why = 'its data differ from those of the others, and etcd answers no request until it is disarmed'
    return { ...alarm, what, why, fix: remedyOfCorrupt(alarm, member, view) }
  }
  return {
    ...alarm,
    what,
    why: 'etcd keeps it until it is disarmed',
    fix: `signet etcdctl -- alarm list; then ${disarm}`,
  }
}

function remedyOfCorrupt({ memberId }: Alarm, member: Member | undefined, view: ClusterView): string {
  // Where two of two differ nobody can say whose data are right.
  if (memberId === 0n)
    return `see which one differs: signet etcdctl -- endpoint hashkv; remove and join it again; ${disarm}`
  if (member === undefined) return disarm
  if (votersOf(view).length === 1) return `compare its data with a snapshot of the time before; ${disarm}`
  const name = member.name || formatMemberId(member.id)
  return `on another member: signet member remove ${name}; ${disarm}; then join that host again, without its data`
}

function labelOfGone(id: bigint): string {
  return id === 0n ? 'a member that etcd does not name' : `a member that is gone (${formatMemberId(id)})`
}
