import { readFileSync } from 'node:fs'
import type { FoundHint } from './hint-scan.ts'

export const catalogueFile = 'test/hints/catalogue.txt'

/** A line of the catalogue: a hint, and how it is known that it leads on. */
export interface CatalogueEntry extends FoundHint {
  readonly kind: string
  /** The test of one that is typed, the reason of one that cannot be. */
  readonly how: string
}

/** The lines of the catalogue: `KIND HOW | TEXT` below `# FILE`. */
export function readCatalogue(): readonly CatalogueEntry[] {
  let file = ''
  return readFileSync(catalogueFile, 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('# ')) file = line.slice(2)
      const [, kind = '', how = '', text] = /^(\w+)(?: ([^|]+?))? \| (.*)$/.exec(line) ?? []
      return text === undefined || file === '' ? [] : [{ file, kind, how, text }]
    })
}

/** A hint with other words in its holes, `${…}`, which may have holes of their own. */
export function fillHoles(text: string, fill: (hole: string) => string): string {
  return text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, fill)
}
