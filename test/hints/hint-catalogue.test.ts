import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type FoundHint, scanHints } from '../support/hint-scan.ts'
import { programPattern, refusalOfWords, signetCalls } from '../support/typed-line.ts'

const catalogueFile = 'test/hints/catalogue.txt'
const kinds = ['typed', 'looks', 'elsewhere', 'prose'] as const

/** A line of the catalogue: a hint, and how it is known that it leads on. */
interface Entry extends FoundHint {
  readonly kind: string
  readonly how: string
}

const entries = readCatalogue()
const hints = unique(scanHints('src'))

function readCatalogue(): readonly Entry[] {
  let file = ''
  return readFileSync(catalogueFile, 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('# ')) file = line.slice(2)
      const [, kind = '', how = '', text] = /^(\w+)(?: ([^|]+?))? \| (.*)$/.exec(line) ?? []
      return text === undefined || line.startsWith('#') ? [] : [{ file, kind, how, text }]
    })
}

function unique(found: readonly FoundHint[]): readonly FoundHint[] {
  return [...new Map(found.map((hint) => [keyOf(hint), hint])).values()]
}

function keyOf({ file, text }: FoundHint): string {
  return `${file} | ${text}`
}

/** A hint as it is typed, with something in every hole. */
function filled(text: string): string {
  return text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, (hole) =>
    /[cC]ommand|renew|request|newKey|fix|typed/.test(hole) ? 'signet renew' : 'x',
  )
}

const missing = hints.filter((hint) => !entries.some((entry) => keyOf(entry) === keyOf(hint)))
const gone = entries.filter((entry) => !hints.some((hint) => keyOf(hint) === keyOf(entry)))

describe(`the catalogue of hints, ${catalogueFile},`, () => {
  it('has every hint that the program can print', () => {
    const lines = missing.map(({ file, text }) => `# ${file}\n${isCommand(text) ? 'typed TEST' : 'prose'} | ${text}`)
    expect(
      lines.join('\n'),
      `add these lines to ${catalogueFile}, under their file: "typed TEST" with the test that types it, "looks" for what only ` +
        'shows something and is run by test/hints/looking-hints.test.ts, "elsewhere WHY" for what cannot be run here, or "prose"',
    ).toBe('')
  })

  it('has no other: a hint that was changed is tried again', () => {
    const lines = gone.map(({ file, text }) => `# ${file}\n… | ${text}`)
    expect(lines.join('\n'), `remove these lines from ${catalogueFile}`).toBe('')
  })

  it('says of each how it is known to lead on', () => {
    for (const entry of entries) expect(kinds, keyOf(entry)).toContain(entry.kind)
    for (const entry of entries.filter(({ kind }) => kind === 'typed'))
      expect(existsSync(entry.how), entry.how).toBe(true)
    const unexplained = entries.filter(({ kind, how }) => kind === 'elsewhere' && how === '')
    expect(unexplained.map(keyOf)).toEqual([])
  })

  it('calls prose what has no command in it', () => {
    expect(entries.filter(({ kind, text }) => kind === 'prose' && isCommand(text)).map(keyOf)).toEqual([])
  })

  it('is sorted by file, so that two branches that add to it can be merged', () => {
    const files = [...new Set(entries.map(({ file }) => file))]
    expect(files).toEqual(files.toSorted())
  })
})

function isCommand(text: string): boolean {
  return programPattern.test(filled(text))
}

describe('every hint', () => {
  it('types commands and options that the program takes', async () => {
    const refused: string[] = []
    for (const hint of hints) {
      for (const segment of filled(hint.text).match(/\bsignet [a-z][^;()]*/g) ?? []) {
        for (const words of signetCalls(segment.replace(/<id>/g, 'id'))) {
          const why = await refusalOfWords(words)
          if (why !== undefined) refused.push(`${keyOf(hint)}: ${why}`)
        }
      }
    }
    expect(refused).toEqual([])
  })

  it('quotes for the shell what it puts into a command: a path may have blanks', () => {
    const bare = hints.flatMap((hint) =>
      [...hint.text.matchAll(/(?:-\w+ |\b(?:rm|mv|ls|cp|chmod \S+|chown \S+) )\$\{(?!quoteShell\()([^}]*)\}/g)]
        .filter(([, hole = '']) => /path|file|dir(?!ectory\b)|found/i.test(hole))
        .map(() => keyOf(hint)),
    )
    expect(bare).toEqual([])
  })
})
