import type { Verdict } from './scenario.ts'

/** The verdicts as a table for people, failures with the first line of the reason; seconds are those on the clock. */
export function formatTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(formatRow)
  const widths = columns.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const formatLine = (cells: readonly string[]): string =>
    `${cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`
  const failed = verdicts.filter(({ failure }) => failure !== undefined).length
  const seconds = verdicts.reduce((sum, verdict) => sum + verdict.seconds, 0)
  const total = `${verdicts.length} scenarios, ${failed} failed, ${Math.round(seconds)} s\n`
  return `\n${formatLine(columns)}${rows.map(formatLine).join('')}\n${total}`
}

const columns = ['scenario', 'Debian', 'seconds', 'verdict', 'what holds'] as const

function formatRow({ name, title, release, seconds, notes, failure }: Verdict): readonly string[] {
  const verdict = failure === undefined ? 'ok' : 'FAILED'
  const lines = failure?.split('\n') ?? []
  const reason = lines.find((line) => line.startsWith('signet: error:')) ?? lines[0] ?? ''
  const told = notes.length === 0 ? title : `${title} (${notes.join('; ')})`
  const what = failure === undefined ? told : `${title}: ${reason}`
  return [name, release, seconds.toFixed(1).padStart(7), verdict, what]
}
