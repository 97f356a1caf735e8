import type { KubeLoadResult } from './kube-load.ts'
import type { FailedRequest } from './paced-requests.ts'

/** One line for people. */
export function formatLoad({ requests, failed, writes, longestPauseMs, reopened }: KubeLoadResult): string {
  const counts = new Map<string, number>()
  for (const { why } of failed) counts.set(kindOf(why), (counts.get(kindOf(why)) ?? 0) + 1)
  const kinds = [...counts].map(([kind, count]) => `${count} × ${kind}`)
  const lost = failed.length === 0 ? '0 failed' : `${failed.length} failed: ${kinds.join(', ')}`
  return `${requests} requests, ${lost}; longest pause ${longestPauseMs} ms; the watch showed all of ${writes} writes and was opened again ${reopened} times`
}

/** No acknowledged write is missing from the watch, whatever else happened. */
export function expectWholeWatch({ missed, expired, writes }: KubeLoadResult): void {
  if (writes === 0) throw new Error('no write succeeded')
  if (missed.length > 0) throw new Error(`the watch missed ${missed.length} of ${writes} acknowledged writes`)
  if (expired > 0) throw new Error(`the watch was told ${expired} times that its revision is gone`)
}

/** A time in which a member stopped, was away or came back. */
export interface Disturbance {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * What etcd itself costs those who ask a member that stops: it serves gRPC beside HTTP on one port and cannot tell clients to go
 * (etcd#17790), and what it had accepted may get no answer. 3.4 to 3.7, at most two for each time that all members have restarted.
 */
const ofStoppedMember =
  /missing HTTP content-type|request timed out|raft proposal dropped|\w+ changed|raft: stopped|connection (lost|error)|error reading from server|Unavailable/
const mostLost = 2
// etcd gives up a request after 5 s and two election timeouts (etcd, server/config: ReqTimeout).
const answerMs = 8000

/** Nobody noticed anything but what etcd costs by itself whenever a member stops: of Signet, nothing. */
export function expectUnnoticed(result: KubeLoadResult, disturbances: readonly Disturbance[]): void {
  expectWholeWatch(result)
  const isOfEtcd = ({ begunMs, endedMs, why }: FailedRequest): boolean =>
    ofStoppedMember.test(why) &&
    disturbances.some(({ fromMs, toMs }) => endedMs >= fromMs && begunMs <= toMs && endedMs <= toMs + answerMs)
  const others = result.failed.filter((failed) => !isOfEtcd(failed))
  if (others.length > 0)
    throw new Error(`requests failed, and no restart explains it: ${others.map(describeFailure).join('; ')}`)
  if (result.failed.length > mostLost) throw new Error(`more than ${mostLost} requests failed: ${formatLoad(result)}`)
  if (result.reopened > 0 && disturbances.length === 0) throw new Error(`the watch ended ${result.reopened} times`)
}

// Without names and numbers, so that the same reason counts as one.
function kindOf(why: string): string {
  return why
    .replace(/"[^"]*"/g, '...')
    .replace(/\d{4,}/g, 'N')
    .slice(0, 100)
}

function describeFailure({ begunMs, endedMs, why }: FailedRequest): string {
  return `${why} (from ${Math.round(begunMs)} to ${Math.round(endedMs)} ms)`
}
