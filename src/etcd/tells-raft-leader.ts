import { readMetric } from './read-metric.ts'

/**
 * Whether a member knows a Raft leader, from its metrics: it tells that before it answers any client, which it never does where it was
 * started without a quorum. Undefined where it does not tell.
 */
export async function tellsRaftLeader(metricsUrl: string): Promise<boolean | undefined> {
  const value = await readMetric(metricsUrl, 'etcd_server_has_leader')
  return value === undefined ? undefined : value !== 0
}
