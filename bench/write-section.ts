import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const documents = join(import.meta.dirname, '../docs')

/** Puts what a section printed between its marks in docs/BENCHMARKS.md, where it has any. Its heading stays there. */
export function writeSection(name: string, lines: readonly string[]): void {
  const file = join(documents, 'BENCHMARKS.md')
  const [start, end] = [`<!-- bench:${name} -->\n`, `<!-- /bench:${name} -->`]
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) return
  const body = lines.filter((line) => !line.startsWith('## ')).join('\n')
  writeFileSync(file, `${text.slice(0, from + start.length)}\n${body.trim()}\n\n${text.slice(to)}`)
}

/** Writes a chart beside the documents. */
export function writeChart(name: string, svg: string): void {
  writeFileSync(join(documents, `benchmark-${name}.svg`), svg)
}
