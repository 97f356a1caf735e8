import type { Finding } from '../core/finding.ts'
import { allFacts, checks } from './checks.ts'
import { type Fact, type FoundFacts, type InspectedHost, type ShownHost, shownFacts } from './inspected-host.ts'

/** What `status` tells of a host. Pure. */
export function judgeShown(host: ShownHost): readonly Finding[] {
  // Whether joins are open is shown, and judged by doctor alone.
  const judged = shownFacts.filter((fact) => fact !== 'joins')
  return judged.flatMap((fact) => judgeFact(fact, host[fact], { host, atMs: host.nowMs }))
}

/** What `doctor` tells of a host, at a moment that may be later than now. Pure. */
export function judgeHost(host: InspectedHost, atMs = host.nowMs): readonly Finding[] {
  return allFacts.flatMap((fact) => judgeFact(fact, host[fact], { host, atMs }))
}

function judgeFact<Own extends Fact>(
  name: Own,
  fact: FoundFacts[Own],
  { host, atMs }: { readonly host: ShownHost; readonly atMs: number },
): readonly Finding[] {
  return fact === undefined ? [] : checks[name].judge(fact, host, atMs)
}
