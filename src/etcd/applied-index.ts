import { readMetric } from './read-metric.ts'

/**
 * How far a member has applied the log, from its metrics: it tells that before it answers any client. Undefined where it
 * does not tell.
 */
export async function readAppliedIndex(metricsUrl: string): Promise<bigint | undefined> {
  const value = await readMetric(metricsUrl, 'etcd_server_proposals_applied_total')
  return Number.isSafeInteger(value) ? BigInt(value ?? 0) : undefined
}
