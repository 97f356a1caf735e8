import { alarmsOf } from '../../cluster/cluster-alarm.ts'
import {
  type ClusterView,
  describeFault,
  hasQuorum,
  isHealthy,
  isServingMember,
  memberLabel,
  quorumOf,
  toleratedFailures,
  votersOf,
} from '../../cluster/cluster-view.ts'
import { countOf } from '../../core/count-of.ts'
import { type Finding, well } from '../../core/finding.ts'
import { remedyForUnreadable } from '../../etcd/unreadable-member.ts'
import type { InspectedCluster } from '../inspect/inspect-cluster.ts'
import { failed } from './failed.ts'

/** Whether etcd answers, and how its members are. Pure. */
export function judgeEtcd(cluster: InspectedCluster): readonly Finding[] {
  if ('view' in cluster) {
    const count = cluster.view.members.length
    const what = `etcd answers with the certificate of this host, ${countOf(count, 'member')}`
    return [well('etcd', what), ...judgeCluster(cluster.view)]
  }
  if (cluster.endpoints.length > 0) return [failed('etcd', cluster.failure, 'Kubernetes keeps all its state in etcd')]
  const fix = 'name a signer that knows them: signet doctor --signer-ip=IP'
  return [{ check: 'etcd', level: 'unknown', what: 'etcd was not asked: no member is known here', fix }]
}

/**
 * Whether the members are healthy, enough of them for writes, and what alarms there are. Pure.
 * @internal
 */
export function judgeCluster(view: ClusterView): readonly Finding[] {
  return [judgeQuorum(view), ...judgeAlarms(view), ...view.members.flatMap(judgeMember)]
}

function judgeQuorum(view: ClusterView): Finding {
  const voters = votersOf(view)
  const serving = voters.filter(isServingMember).length
  const counts = `${serving} of ${countOf(voters.length, 'voting member')} serve${voters.length === 1 ? 's' : ''}`
  if (hasQuorum(view)) {
    const what = `${counts}, ${toleratedFailures(voters.length)} may fail`
    return well('quorum', what)
  }
  return {
    check: 'quorum',
    level: 'broken',
    what: `${counts}, fewer than the quorum of ${quorumOf(voters.length)}`,
    why: 'etcd takes no writes, and Kubernetes stands still',
    fix: 'start the members that are down: systemctl start etcd',
  }
}

function judgeAlarms(view: ClusterView): readonly Finding[] {
  return alarmsOf(view).map(({ what, why, fix }) => ({ check: 'alarm', level: 'broken', what, why, fix }))
}

function judgeMember(view: ClusterView['members'][number]): readonly Finding[] {
  if (view.member.unreadable !== undefined) return [judgeUnreadable(view)]
  if (isHealthy(view)) return []
  const what = `member ${memberLabel(view.member)}: ${describeFault(view)}`
  const why = view.member.isLearner
    ? 'a learner that stays away blocks the next join'
    : 'the next failure may cost the quorum'
  return [
    { check: 'member', level: 'attention', what, why, fix: 'on that host: systemctl status etcd; journalctl -u etcd' },
  ]
}

// Any client certificate can edit etcd's list: this is how an attempt to stop joins looks.
function judgeUnreadable(view: ClusterView['members'][number]): Finding {
  return {
    check: 'member',
    level: 'attention',
    what: `member ${memberLabel(view.member)}: ${describeFault(view)}`,
    why: 'no host can join while it is listed so, and what cannot be read is told to nobody',
    fix: remedyForUnreadable(view.member),
  }
}
