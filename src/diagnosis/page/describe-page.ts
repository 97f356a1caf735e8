import { planRenewal } from '../../client/renew/renewal-window.ts'
import { version } from '../../core/version.ts'
import { describeHost } from '../describe-host.ts'
import type { HostPair } from '../inspect/inspect-pairs.ts'
import type { ShownHost } from '../inspected-host.ts'
import { judgeShown } from '../judge-host.ts'
import type { PageFacts, PageRole } from './page-facts.ts'

/** What the page says of a host that was looked at. Pure. */
export function describePage(
  host: ShownHost,
  { hostName, isByTimer }: Pick<PageFacts, 'hostName' | 'isByTimer'>,
): PageFacts {
  const { nowMs, authority } = host
  const status = authority !== undefined && 'status' in authority ? authority.status : undefined
  return {
    ...{ nowMs, version, hostName, isByTimer, role: roleOf(host) },
    host: describeHost(host),
    findings: judgeShown(host),
    renewals: new Map(host.pairs.flatMap((pair) => planDue(pair, nowMs))),
    clientLifetimeSeconds: status?.clientLifetimeSeconds,
  }
}

function roleOf({ pairs, authority }: ShownHost): PageRole {
  if (authority !== undefined) return 'signer'
  const kinds = pairs.map(({ pair }) => pair.kind)
  return kinds.includes('member') ? 'member' : kinds.includes('client') ? 'master' : 'nothing'
}

// What nothing renews is never due: it only ends.
function planDue({ pair: { certificate }, state }: HostPair, nowMs: number): readonly (readonly [string, number])[] {
  const { content, path } = certificate
  if (content === undefined || state?.name !== content.subjectCommonName) return []
  // As if the clock were right: one that was set back would make every renewal due at once.
  const seenAtMs = Math.max(nowMs, content.notBeforeMs)
  const { dueAtMs } = planRenewal({ validity: content, name: state.name, nowMs: seenAtMs })
  return [[path, dueAtMs]]
}
