import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { canonicalJson } from './canonical-json.ts'

// As JSON.parse gives it: without -0, which is written as 0.
const json = fc.jsonValue({ maxDepth: 6 }).map((value): unknown => JSON.parse(JSON.stringify(value)))

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, item]) => [key, shuffled(item)]),
  )
}

it('is the same value, whatever order its keys had', () => {
  fc.assert(
    fc.property(json, (value) => {
      const form = canonicalJson(value)
      expect(JSON.parse(form)).toEqual(value)
      expect(canonicalJson(shuffled(value))).toBe(form)
      expect(canonicalJson(JSON.parse(JSON.stringify(value, null, 2)))).toBe(form)
    }),
  )
})

it('is the same for two values that are equal, and for no others', () => {
  const near = fc.oneof(fc.tuple(json, json), fc.tuple(fc.string(), fc.string()), fc.tuple(fc.double(), fc.integer()))
  const finite = ([one, other]: readonly unknown[]): boolean =>
    [one, other].every((value) => typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0)))
  fc.assert(
    fc.property(near.filter(finite), ([one, other]) => {
      expect(canonicalJson(one) === canonicalJson(other)).toBe(isDeepStrictEqual(one, other))
    }),
  )
})

it.each([
  ['a number that JSON.parse takes for infinite', '{"keys":1e400}'],
  ['arrays without end', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
])('refuses %s', (_, text) => {
  expect(syncRefusalOf(() => canonicalJson(JSON.parse(text))).code).toBe('bad-data')
})

it('refuses what no JSON says', () => {
  for (const value of [undefined, { a: undefined }, Symbol('a')]) {
    expect(syncRefusalOf(() => canonicalJson(value)).code).toBe('bad-data')
  }
})
