import type { Finding } from '../../core/finding.ts'
import type { HostDescription } from '../describe-host.ts'
import { type FindingsPlace, formatFindings } from './format-findings.ts'
import { formatNext } from './format-next.ts'
import { formatVerdict } from './format-verdict.ts'

/** What doctor found as people read it: how it is in a line, the findings, what to do next. Pure. */
export function formatDoctor(
  host: HostDescription,
  findings: readonly Finding[],
  place: FindingsPlace & { readonly atMs: number },
): string {
  return [formatVerdict(host, findings, place), formatFindings(findings, place), formatNext(findings, place.screen)]
    .filter((section) => section !== '')
    .join('\n')
}
