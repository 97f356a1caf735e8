import type { Finding, Level } from '../core/finding.ts'

const marks: Readonly<Record<Level, string>> = {
  well: 'ok',
  note: 'note',
  unknown: 'not known',
  attention: 'ATTENTION',
  broken: 'BROKEN',
}

const markWidth = 10
const indent = ' '.repeat(markWidth)

/** Findings as people read them: what, why it matters, what to type. The worst stand last, where a terminal ends. */
export function formatFindings(findings: readonly Finding[]): string {
  const order: readonly Level[] = ['well', 'note', 'unknown', 'attention', 'broken']
  const sorted = findings.toSorted((one, other) => order.indexOf(one.level) - order.indexOf(other.level))
  return sorted.map(formatFinding).join('')
}

function formatFinding({ level, what, why, fix }: Finding): string {
  const lines = [`${marks[level].padEnd(markWidth)}${what}`]
  if (why !== undefined) lines.push(`${indent}why:  ${why}`)
  if (fix !== undefined) lines.push(`${indent}type: ${fix}`)
  return `${lines.join('\n')}\n`
}
