import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findHarmfulPatterns } from './accepted-environment.ts'
import { fitsPattern, overlapsPattern } from './name-pattern.ts'

/** The same by a regular expression, as one would write it first. */
function fitsNaively(name: string, pattern: string): boolean {
  const source = [...pattern].map((sign) => ({ '*': '[^]*', '?': '[^]' })[sign] ?? sign).join('')
  return new RegExp(`^${source}$`).test(name)
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 5 })
const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 })

describe('overlapsPattern', () => {
  it('finds what a search through all short names finds', () => {
    const names = ['']
    for (const name of names) if (name.length < 6) names.push(`${name}a`, `${name}b`)
    fc.assert(
      fc.property(fc.tuple(patterns, patterns), ([one, other]) => {
        const [short, long] = [one.slice(0, 3), other.slice(0, 3)]
        const isShared = names.some((name) => fitsNaively(name, short) && fitsNaively(name, long))
        expect(overlapsPattern(short, long)).toBe(isShared)
      }),
      { numRuns: 300 },
    )
  })

  it('is not slowed down by many stars', () => {
    expect(overlapsPattern(`${'*a'.repeat(150)}b`, `${'a*'.repeat(150)}c`)).toBe(false)
  })
})

it('fitsPattern compares as a regular expression does', () => {
  fc.assert(
    fc.property(letters, patterns, (name, pattern) => fitsPattern(name, pattern) === fitsNaively(name, pattern)),
  )
})

describe('findHarmfulPatterns', () => {
  it.each([
    '*',
    'LD_*',
    'LD_PRELOAD',
    'L*',
    '?D_PRELOAD',
    'NODE_OPTIONS',
    'N*',
    'OPENSSL_CONF',
    '*_TUNABLES',
    'PERL5OPT',
  ])('finds %s', (pattern) => expect(findHarmfulPatterns(['LANG', pattern])).toEqual([pattern]))

  // Debian's own, and what administrators add.
  it('leaves names alone that only colour or name something', () => {
    expect(findHarmfulPatterns(['LANG', 'LC_*', 'COLORTERM', 'NO_COLOR', 'GIT_*', 'TZ', 'SIGNET_NOTHING'])).toEqual([])
  })
})
