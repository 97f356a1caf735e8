import { expect, it } from 'vitest'
import { chooseAll, spreadScenarios } from '../hosts/runner/choose-scenarios.ts'
import { scenarios } from '../hosts/scenarios.ts'
import { releases } from '../hosts/set-up/release.ts'

it('runs each scenario of booted hosts once, on a release that it is for, and shares them out', () => {
  const choice = spreadScenarios(scenarios, releases)
  const chosen = [...choice.values()].flat()
  expect(chosen.toSorted()).toEqual(scenarios.map(({ name }) => name).toSorted())
  for (const { name, releases: own = releases } of scenarios) {
    expect(own.some((release) => choice.get(release)?.includes(name))).toBe(true)
  }
  const counts = [...choice.values()].map(({ length }) => length)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
})

it('runs everything everywhere where that is asked for', () => {
  const choice = chooseAll(scenarios, releases)
  for (const { name, releases: own = releases } of scenarios) {
    expect(own.every((release) => choice.get(release)?.includes(name))).toBe(true)
  }
})
