import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findWrongStops, parseJourneys } from '../support/sources/journey.ts'

describe('docs/ARCHITECTURE.md, "Journeys"', () => {
  const journeys = parseJourneys(readFileSync('docs/ARCHITECTURE.md', 'utf8'))

  it.each(['csr', 'join', 'recover', 'renewal', 'doctor'])('has that of: %s', (word) => {
    const [found] = journeys.filter(({ title }) => new RegExp(`\\b${word}\\b`, 'i').test(title))
    expect(found?.stops.length).toBeGreaterThan(5)
  })

  it.each(journeys.map((journey) => [journey.title, journey] as const))(
    '%s: each file leads to the next',
    (_, journey) => {
      expect(findWrongStops(journey, (file) => readFileSync(file, 'utf8'))).toEqual([])
    },
  )
})

describe('a journey that is not so', () => {
  const files: Readonly<Record<string, string>> = {
    'src/a.ts': "import { b } from './b.ts'\nimport type { D } from './d.ts'\nimport { formatCall } from './call.ts'",
    'src/b.ts': "export const b = () => import('./c.ts')",
    'src/c.ts': 'export const c = 1',
    'src/d.ts': "import { type Call } from './call.ts'",
    'src/e.ts': "import './a.ts'\nimport './f.ts'",
    'src/f.ts': "import { other } from './call.ts'",
    'src/call.ts':
      'export interface Call {}\nexport function formatCall(call: Call): string {\n  return ""\n}\n' +
      'export function other(): void {\n  formatCall({} as Call)\n}',
  }
  const wrongIn = (...lines: readonly string[]): readonly string[] => {
    const numbered = lines.map((text, index) => `${index + 1}. ${text}`)
    const [journey] = parseJourneys(`## Journeys\n\n### One\n\n${numbered.join('\n')}\n\n## Else\n`)
    return journey === undefined ? ['none'] : findWrongStops(journey, (file) => files[file] ?? '')
  }

  it('a way that is as it says is right, lazy imports and returns included', () => {
    const back = ['`src/a.ts`: x', '`src/b.ts`: x', '`src/c.ts`: x', 'back in `src/a.ts`: x', '`src/b.ts`: x']
    expect(wrongIn(...back)).toEqual([])
    expect(wrongIn('`src/a.ts`: x', 'by `Call` of `src/call.ts` over a socket to `src/d.ts`: x')).toEqual([])
  })

  it('a file that is not imported, or for its types only, is seen', () => {
    expect(wrongIn('`src/a.ts`: x', '`src/c.ts`: x')).toEqual(['src/a.ts → src/c.ts: is not imported there'])
    expect(wrongIn('`src/a.ts`: x', '`src/d.ts`: x')).toEqual(['src/a.ts → src/d.ts: is not imported there'])
  })

  it('a return to where the way never was, or no longer is, is seen', () => {
    expect(wrongIn('`src/a.ts`: x', '`src/b.ts`: x', 'back in `src/c.ts`: x')).toHaveLength(1)
    expect(wrongIn('`src/a.ts`: x', '`src/b.ts`: x', 'back in `src/a.ts`: x', 'back in `src/b.ts`: x')).toHaveLength(1)
  })

  it('a message that one side does not import is seen, also where it imports something else from there', () => {
    expect(wrongIn('`src/b.ts`: x', 'by `Call` of `src/call.ts` over a socket to `src/d.ts`: x')).toEqual([
      'src/b.ts → src/d.ts: Call is not imported by src/b.ts',
    ])
    expect(wrongIn('`src/a.ts`: x', 'by `Call` of `src/call.ts` over a socket to `src/f.ts`: x')).toHaveLength(1)
  })

  it('what is handed in by a file that knows both is right, and by any other seen', () => {
    expect(wrongIn('`src/b.ts`: x', 'handed in by `src/e.ts`, `src/f.ts`: x')).toEqual([])
    expect(wrongIn('`src/d.ts`: x', 'handed in by `src/e.ts`, `src/f.ts`: x')).toHaveLength(1)
    expect(wrongIn('`src/b.ts`: x', 'handed in by `src/a.ts`, `src/f.ts`: x')).toHaveLength(1)
  })

  it('a line that cannot be read is an error', () => {
    expect(() => wrongIn('`src/a.ts`: x', 'then `src/b.ts` somehow')).toThrow('no stop of a journey')
  })
})
