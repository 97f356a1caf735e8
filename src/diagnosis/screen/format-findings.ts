import { countOf } from '../../core/count-of.ts'
import type { Finding, Level } from '../../core/finding.ts'
import { levelStyles } from './format-verdict.ts'
import type { Screen } from './screen.ts'
import { tellTimesIn } from './tell-time.ts'
import { type Indents, withoutControls, wrapText } from './wrap-text.ts'

const marks: Readonly<Record<Level, string>> = {
  well: 'ok',
  note: 'note',
  unknown: 'not known',
  attention: 'ATTENTION',
  broken: 'BROKEN',
}

const markWidth = 10
/** Below this width what was found begins on a line of its own. */
const narrow = 40

/** Where findings are shown, and when. */
export interface FindingsPlace {
  readonly screen: Screen
  readonly nowMs: number
  /** Whether what is well is shown, and not only counted. */
  readonly showsAll?: boolean | undefined
}

/** Findings as people read them: what, why it matters, what to type. The worst first; what is well is a number. Pure. */
export function formatFindings(findings: readonly Finding[], place: FindingsPlace): string {
  const order: readonly Level[] = ['broken', 'attention', 'unknown', 'note', 'well']
  const shown = order.filter((level) => level !== 'well' || place.showsAll === true)
  const text = shown.flatMap((wanted) => findings.filter(({ level }) => level === wanted))
  const well = findings.filter(({ level }) => level === 'well').length
  const folded = place.showsAll === true || well === 0 ? '' : `${formatFolded(well, place.screen)}\n`
  return `${text.map((finding) => formatFinding(finding, place)).join('')}${folded}`
}

/** What calls for attention, or is broken, alone. Pure. */
export function formatTrouble(findings: readonly Finding[], place: FindingsPlace): string {
  return formatFindings(
    findings.filter(({ level }) => level === 'attention' || level === 'broken'),
    place,
  )
}

function formatFolded(count: number, { columns, paint }: Screen): string {
  const text = `${countOf(count, 'check is', 'checks are')} well (--all shows them)`
  const lines = wrapText(text, columns, { first: marks.well.padEnd(isNarrow(columns) ? 4 : markWidth) })
  return lines.map((line) => paint(line, 'dim')).join('\n')
}

function formatFinding(finding: Finding, { screen, nowMs }: FindingsPlace): string {
  const { columns, paint } = screen
  const { why, fix } = finding
  const indent = ' '.repeat(isNarrow(columns) ? 2 : markWidth)
  const wrap = (text: string, indents: Indents) => wrapText(withoutControls(text), columns, indents)
  const found = wrap(tellTimesIn(finding.what, nowMs), { first: indent, rest: indent })
  const reasons = why === undefined ? [] : wrap(why, { first: `${indent}why:  `, rest: `${indent}      ` })
  // Never broken: half of a command must not be pasted.
  const typed = fix === undefined ? [] : [`${indent}type: ${paint(withoutControls(fix), 'bold')}`]
  return [...withMark(finding, found, screen), ...reasons, ...typed].map((line) => `${line}\n`).join('')
}

function withMark(
  { level }: Finding,
  [first = '', ...others]: readonly string[],
  { columns, paint }: Screen,
): readonly string[] {
  const mark = paint(marks[level], levelStyles[level])
  if (isNarrow(columns)) return [mark, first, ...others]
  return [`${mark}${first.slice(marks[level].length)}`, ...others]
}

function isNarrow(columns: number | undefined): boolean {
  return columns !== undefined && columns < narrow
}
