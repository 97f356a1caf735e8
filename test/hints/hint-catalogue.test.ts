import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogueFile, fillHoles, readCatalogue } from '../support/hints/hint-catalogue.ts'
import { type FoundHint, scanHints } from '../support/hints/hint-scan.ts'
import { programPattern, refusalOfWords, signetCalls } from '../support/hints/typed-line.ts'

const kinds = ['typed', 'alike', 'looks', 'elsewhere', 'prose'] as const
const entries = readCatalogue()
const hints = unique(scanHints('src'))

function unique(found: readonly FoundHint[]): readonly FoundHint[] {
  return [...new Map(found.map((hint) => [keyOf(hint), hint])).values()]
}

function keyOf({ file, text }: FoundHint): string {
  return `${file} | ${text}`
}

/** What stands in a hole, by what it is called in the source. */
const holes: readonly (readonly [RegExp, string])[] = [
  [/newKey/, 'signet request --signer-ip=IP --new-key'],
  [/request|freshCa/i, 'signet request --signer-ip=IP'],
  [/renewing|renew|\bfix\b/, 'signet renew'],
  [/fullName|help/, 'signet status'],
  [/byHand/, 'ssh signer@IP WORD'],
  [/Command\(|rewrite|typed|give/, 'openssl x'],
]

function filled({ file, text }: FoundHint): string {
  const run = file.includes('adopt') ? 'adopt' : 'init'
  return fillHoles(text, (hole) =>
    /arguments/.test(hole) ? run : (holes.find(([name]) => name.test(hole))?.[1] ?? 'x'),
  )
}

const howToAdd = `add these lines to ${catalogueFile}, each under its file; files are sorted. To do it, marked as "todo":
  node scripts/run.mjs --tools=none test/hints/update-catalogue.ts
then say of each how it is known to lead on: "typed TEST" names the test that types it, "alike TEST" one that types the same
words after another failure; "looks" only shows something, and test/hints/looking-hints.test.ts runs it; "elsewhere WHY"
cannot be run here; "prose" has no command`

const missing = hints.filter((hint) => !entries.some((entry) => keyOf(entry) === keyOf(hint)))
const gone = entries.filter((entry) => !hints.some((hint) => keyOf(hint) === keyOf(entry)))

describe(`the catalogue of hints, ${catalogueFile},`, () => {
  it('has every hint that the program can print', () => {
    const lines = missing.map((hint) => `# ${hint.file}\n${isCommand(hint) ? 'typed TEST' : 'prose'} | ${hint.text}`)
    expect(lines.join('\n'), howToAdd).toBe('')
  })

  it('has no other: a hint that was changed is tried again', () => {
    const lines = gone.map(({ file, text }) => `# ${file}\n… | ${text}`)
    expect(lines.join('\n'), `remove these lines from ${catalogueFile}`).toBe('')
  })

  it('says of each how it is known to lead on', () => {
    for (const entry of entries) expect(kinds, keyOf(entry)).toContain(entry.kind)
    for (const { kind, how } of entries)
      if (kind === 'typed' || kind === 'alike') expect(existsSync(how), how).toBe(true)
    expect(entries.filter(({ kind, how }) => kind === 'elsewhere' && how === '').map(keyOf)).toEqual([])
  })

  it('calls prose what has no command in it', () => {
    expect(entries.filter((entry) => entry.kind === 'prose' && isCommand(entry)).map(keyOf)).toEqual([])
  })

  it('is sorted by file, so that branches that add to it can be merged', () => {
    const files = [...new Set(entries.map(({ file }) => file))]
    expect(files).toEqual(files.toSorted())
  })
})

function isCommand(hint: FoundHint): boolean {
  return programPattern.test(filled(hint))
}

describe('every hint', () => {
  it('types commands and options of signet that the program takes', async () => {
    const refused: string[] = []
    for (const hint of hints) {
      // Up to where prose goes on; a placeholder such as <id> would be a redirection.
      for (const segment of filled(hint).match(/\bsignet [a-z][^;()]*/g) ?? []) {
        for (const words of signetCalls(segment.replaceAll(/<(\w+)>/g, '$1'))) {
          const why = await refusalOfWords(words)
          if (why !== undefined) refused.push(`${keyOf(hint)}: ${why}`)
        }
      }
    }
    expect(refused).toEqual([])
  })

  it('quotes for the shell what it puts into a command: a path may have blanks', () => {
    const bare =
      /(?:-\w+ |=|\b(?:rm|mv|ls|cp|chmod \S+|chown \S+) )\$\{(?!quoteShell\()([^}]*(?:path|file|found|barrier)[^}]*)\}/i
    expect(hints.filter(({ text }) => bare.test(text)).map(keyOf)).toEqual([])
  })
})

it('a hint whose words the program would not take would be seen', async () => {
  expect(await refusalOfWords(signetCalls('signet member list names them')[0] ?? [])).toContain('too many arguments')
  expect(await refusalOfWords(signetCalls("signet request --signer-ip='a b' --nme=x")[0] ?? [])).toContain('--nme')
  expect(signetCalls("mv a b && signet renew --exec 'touch x' | head; signet status")).toEqual([
    ['renew', '--exec', 'touch x'],
    ['status'],
  ])
})
