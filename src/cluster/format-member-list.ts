import { compareNames } from '../core/member-name.ts'
import { alarmsOf } from './cluster-alarm.ts'
import {
  type ClusterView,
  describeFault,
  formatMemberId,
  isHealthy,
  type MemberView,
  raftLeaderOf,
} from './cluster-view.ts'

/** A member as `member list` shows it; fit for JSON. */
export interface MemberRow {
  readonly id: string
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly role: 'raftLeader' | 'voter' | 'learner'
  readonly isStarted: boolean
  readonly isHealthy: boolean
  /** What is wrong with it. */
  readonly fault?: string
  readonly version?: string
  readonly dbSizeBytes?: number
  /** Decimal text: a Raft index may be more than a JSON number holds. */
  readonly raftIndex?: string
}

/** The members in the order of their names, those without one last. */
export function listMemberRows(view: ClusterView): readonly MemberRow[] {
  const raftLeader = raftLeaderOf(view)
  return view.members.map((member) => memberRow(member, member === raftLeader)).toSorted(byName)
}

/** An alarm as `member list` shows it; fit for JSON. */
export interface AlarmRow {
  readonly kind: string
  /** Hexadecimal, also of a member that is gone. */
  readonly memberId: string
  readonly what: string
  /** What to type. */
  readonly fix: string
}

/** The alarms of a cluster, each once. */
export function listAlarmRows(view: ClusterView): readonly AlarmRow[] {
  return alarmsOf(view).map(({ kind, memberId, what, fix }) => ({
    kind,
    memberId: formatMemberId(memberId),
    what,
    fix,
  }))
}

function memberRow(view: MemberView, isRaftLeader: boolean): MemberRow {
  const { member, status } = view
  const healthy = isHealthy(view)
  const voting = isRaftLeader ? 'raftLeader' : 'voter'
  return {
    id: formatMemberId(member.id),
    name: member.name,
    peerUrls: member.peerUrls,
    clientUrls: member.clientUrls,
    role: member.isLearner ? 'learner' : voting,
    isStarted: member.isStarted,
    isHealthy: healthy,
    ...((!healthy || member.unreadable !== undefined) && { fault: describeFault(view) }),
    ...(status !== undefined && {
      version: status.version,
      dbSizeBytes: status.dbSizeBytes,
      raftIndex: status.raftIndex.toString(),
    }),
  }
}

/** The size of a database: `25.0 MB`. */
export function formatSize(bytes: number): string {
  return bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`
}

function byName(left: MemberRow, right: MemberRow): number {
  if ((left.name === '') !== (right.name === '')) return left.name === '' ? 1 : -1
  return compareNames(left.name, right.name)
}
