import { expect, it } from 'vitest'
import { findLongestSilent } from './longest-silent.ts'

const stranger = (silentSinceMs: number | undefined) => ({ silentSinceMs, hasLoggedIn: false })
const known = (silentSinceMs: number | undefined) => ({ silentSinceMs, hasLoggedIn: true })

it('whoever has not logged in goes first, then whoever has been silent longest', () => {
  const [late, early, patient] = [stranger(200), stranger(100), known(10)]
  expect(findLongestSilent([late, patient, early], 1000)).toBe(early)
  expect(findLongestSilent([late, patient], 1000)).toBe(late)
  expect(findLongestSilent([patient, known(20)], 1000)).toBe(patient)
})

it('nobody goes who spoke a moment ago, or who waits for us', () => {
  expect(findLongestSilent([stranger(501), known(501), stranger(undefined), known(undefined)], 500)).toBeUndefined()
  expect(findLongestSilent([stranger(501), known(500)], 500)).toEqual(known(500))
  expect(findLongestSilent([], 500)).toBeUndefined()
})
