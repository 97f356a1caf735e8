import type { Finding } from '../../core/finding.ts'
import type { InspectedCluster } from '../inspect/inspect-cluster.ts'
import { failed } from './failed.ts'
import { judgeCluster } from './judge-cluster.ts'

/** Whether etcd answers, and how its members are. Pure. */
export function judgeEtcd(cluster: InspectedCluster): readonly Finding[] {
  if ('view' in cluster) {
    const count = cluster.view.members.length
    const what = `etcd answers with the certificate of this host, ${count} ${count === 1 ? 'member' : 'members'}`
    return [{ check: 'etcd', level: 'well', what }, ...judgeCluster(cluster.view)]
  }
  if (cluster.endpoints.length > 0) return [failed('etcd', cluster.failure, 'Kubernetes keeps all its state in etcd')]
  const fix = 'name a signer that knows them: signet doctor --signer-ip=IP'
  return [{ check: 'etcd', level: 'unknown', what: 'etcd was not asked: no member is known here', fix }]
}
