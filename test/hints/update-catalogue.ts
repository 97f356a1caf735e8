import { readFileSync, writeFileSync } from 'node:fs'
import { catalogueFile, readCatalogue } from '../support/hints/hint-catalogue.ts'
import { scanHints } from '../support/hints/hint-scan.ts'

/**
 * Brings the catalogue to the hints that the sources have: `node scripts/run.mjs --tools=none test/hints/update-catalogue.ts`.
 * What is new is `todo`, which its test refuses until somebody has said how it is known to lead on.
 */
const [head = ''] = readFileSync(catalogueFile, 'utf8').split('\n# ', 1)
const known = new Map(
  readCatalogue().map(({ file, kind, how, text }) => [`${file} | ${text}`, `${kind} ${how}`.trim()]),
)
const byFile = new Map<string, string[]>()
for (const { file, text } of scanHints('src')) {
  const lines = byFile.get(file) ?? []
  const line = `${known.get(`${file} | ${text}`) ?? 'todo'} | ${text}`
  if (!lines.includes(line)) lines.push(line)
  byFile.set(file, lines)
}
const blocks = [...byFile.keys()].toSorted().map((file) => `# ${file}\n${byFile.get(file)?.join('\n')}\n`)
writeFileSync(catalogueFile, `${head.trimEnd()}\n\n${blocks.join('')}`)
