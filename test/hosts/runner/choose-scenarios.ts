import type { Release } from '../set-up/release.ts'
import type { Scenario } from './scenario.ts'

type Choosable = Pick<Scenario, 'name' | 'releases'>

/** What runs on the hosts of one release, by name. */
export type Choice = ReadonlyMap<Release, readonly string[]>

/** Each scenario once, the releases in turn, so that each of them has about half the work. */
export function spreadScenarios(scenarios: readonly Choosable[], releases: readonly Release[]): Choice {
  const chosen = new Map(releases.map((release): [Release, string[]] => [release, []]))
  for (const { name, releases: own = releases } of scenarios) {
    const [least] = [...chosen].filter(([release]) => own.includes(release)).sort(byLength)
    least?.[1].push(name)
  }
  return chosen
}

/** Each scenario on each of the releases that it is for. */
export function chooseAll(scenarios: readonly Choosable[], releases: readonly Release[]): Choice {
  const onRelease = (release: Release): readonly string[] =>
    scenarios.filter(({ releases: own = releases }) => own.includes(release)).map(({ name }) => name)
  return new Map(releases.map((release) => [release, onRelease(release)]))
}

function byLength(
  [, one]: readonly [Release, readonly string[]],
  [, other]: readonly [Release, readonly string[]],
): number {
  return one.length - other.length
}
