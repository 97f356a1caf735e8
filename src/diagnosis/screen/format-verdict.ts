import { countOf } from '../../core/count-of.ts'
import { type Finding, findingsState, type Level } from '../../core/finding.ts'
import type { HostDescription } from '../describe-host.ts'
import type { Screen, Style } from './screen.ts'
import { tellTime } from './tell-time.ts'
import { withoutControls, wrapText } from './wrap-text.ts'

/** The colour of each level. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  ...{ well: 'green', note: 'dim', unknown: 'dim', attention: 'yellow', broken: 'red' },
}

/** When it is, and for when is judged: the same, but for `--at`. */
interface Moment {
  readonly nowMs: number
  readonly atMs: number
}

/** The first line of a screen: how things are, and which certificate ends first. Pure. */
export function formatVerdict(
  host: Pick<HostDescription, 'certificates' | 'masters'>,
  findings: readonly Finding[],
  { nowMs, atMs, screen }: Moment & { readonly screen: Screen },
): string {
  const state = findingsState(findings)
  const when = atMs === nowMs ? '' : ` by ${tellTime(atMs, nowMs).replace(', ', ' (')})`
  const text = [`${state}${when}${formatCounts(findings)}`, ...formatFirstEnd(host, nowMs)].join('; ')
  const [first = '', ...others] = wrapText(withoutControls(text), screen.columns)
  const painted = `${screen.paint(state, levelStyles[state])}${first.slice(state.length)}`
  return [painted, ...others].map((line) => `${line}\n`).join('')
}

function formatCounts(findings: readonly Finding[]): string {
  const broken = findings.filter(({ level }) => level === 'broken').length
  const attention = findings.filter(({ level }) => level === 'attention').length
  if (broken + attention === 0) return ''
  if (broken === 0) return `: ${countOf(attention, 'finding')}`
  return `: ${countOf(broken, 'finding')}${attention === 0 ? '' : `, and ${attention} for attention`}`
}

function formatFirstEnd(host: Pick<HostDescription, 'certificates' | 'masters'>, nowMs: number): readonly string[] {
  const [first] = listEnds(host)
    .filter(({ endMs }) => endMs > nowMs)
    .toSorted((one, other) => one.endMs - other.endMs)
  return first === undefined ? [] : [`first certificate ends ${tellTime(first.endMs, nowMs)}: ${first.name}`]
}

// Of masters the authority tells those that end first.
function listEnds({ certificates, masters }: Pick<HostDescription, 'certificates' | 'masters'>) {
  return [
    ...certificates.map(({ name, notAfter }) => ({ name, endMs: Date.parse(notAfter) })),
    ...(masters?.soonest ?? []).map(({ name, expiry }) => ({ name, endMs: Date.parse(expiry) })),
  ]
}
