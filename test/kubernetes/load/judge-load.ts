import type { KubeLoadResult } from './kube-load.ts'

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

/** Nobody noticed anything. */
export function expectNoFailure(result: KubeLoadResult): void {
  expectWholeWatch(result)
  const { failed, reopened } = result
  if (failed.length > 0) throw new Error(`requests failed: ${formatLoad(result)}`)
  if (reopened > 0) throw new Error(`the watch ended ${reopened} times`)
}

// Without names and numbers, so that the same reason counts as one.
function kindOf(why: string): string {
  return why
    .replace(/"[^"]*"/g, '...')
    .replace(/\d{4,}/g, 'N')
    .slice(0, 100)
}
