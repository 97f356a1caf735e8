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

export type VerdictHost = Pick<HostDescription, 'certificates' | 'masters' | 'signer' | 'horizon' | 'recovery'>

/** The first line of a screen: how things are, and when what fails first: on the signer a master without it. Pure. */
export function formatVerdict(
  host: VerdictHost,
  findings: readonly Finding[],
  { nowMs, atMs, screen }: Moment & { readonly screen: Screen },
): string {
  const state = findingsState(findings)
  const when = atMs === nowMs ? '' : ` by ${tellTime(atMs, nowMs).replace(', ', ' (')})`
  const text = [`${state}${when}${formatCounts(findings)}`, ...formatOutlook(host, nowMs)].join('; ')
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

/** What the first line says behind the state: whether anybody signs, and by when it matters. Pure. */
export function formatOutlook(host: VerdictHost, nowMs: number): readonly string[] {
  const { horizon, signer } = host
  const isUp = horizon?.isSignerUp !== false && signer?.isReachable !== false
  return [
    ...formatStoodDown(host.recovery, nowMs),
    ...(isUp ? [] : ['no signer answers']),
    ...formatExpired(horizon, isUp),
    ...formatFirstFailure(horizon, { nowMs, isUp }),
    ...formatFirstEnd(host, nowMs),
    ...formatUnknown(horizon),
  ]
}

function formatStoodDown(recovery: VerdictHost['recovery'], nowMs: number): readonly string[] {
  if (recovery === null) return []
  if (recovery.unfinished !== null) return ['a recovery was cut off here']
  const since = recovery.stoodDownSince
  return since === null ? [] : [`this member has stood down, ${tellTime(Date.parse(since), nowMs)}`]
}

// While the signer answers, a master that has expired was taken down, or is a finding of its own.
function formatExpired(horizon: VerdictHost['horizon'], isUp: boolean): readonly string[] {
  if (isUp || horizon === null || horizon.expired === 0) return []
  return [`${countOf(horizon.expired, 'master has', 'masters have')} expired`]
}

function formatFirstFailure(
  horizon: VerdictHost['horizon'],
  { nowMs, isUp }: { readonly nowMs: number; readonly isUp: boolean },
): readonly string[] {
  if (horizon === null || horizon.at === null) return []
  const when = tellTime(Date.parse(horizon.at), nowMs)
  if (isUp) return [`the first master would fail ${when}, without this signer: ${horizon.name}`]
  return [`the ${horizon.expired === 0 ? 'first' : 'next'} master fails ${when}: ${horizon.name}`]
}

function formatUnknown(horizon: VerdictHost['horizon']): readonly string[] {
  if (horizon === null || horizon.unknownFor === 0) return []
  const whose = countOf(horizon.unknownFor, 'master')
  return [horizon.at === null ? `without this signer: unknown for ${whose}` : `unknown for ${whose}`]
}

// A master's end is told by the horizon, where there is one; a certificate of this host that ends before it is told too.
function formatFirstEnd(host: VerdictHost, nowMs: number): readonly string[] {
  const horizonMs = Date.parse(host.horizon?.at ?? '')
  const [first] = (Number.isNaN(horizonMs) ? [...ownEnds(host), ...masterEnds(host)] : ownEnds(host))
    .filter(({ endMs }) => endMs > nowMs && !(endMs >= horizonMs))
    .toSorted((one, other) => one.endMs - other.endMs)
  return first === undefined ? [] : [`first certificate ends ${tellTime(first.endMs, nowMs)}: ${first.name}`]
}

function ownEnds({ certificates }: Pick<VerdictHost, 'certificates'>) {
  return certificates.map(({ name, notAfter }) => ({ name, endMs: Date.parse(notAfter) }))
}

// Of masters the authority tells those that end first.
function masterEnds({ masters }: Pick<VerdictHost, 'masters'>) {
  return (masters?.soonest ?? []).map(({ name, expiry }) => ({ name, endMs: Date.parse(expiry) }))
}
