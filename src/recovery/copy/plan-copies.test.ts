import { expect, it } from 'vitest'
import { snapshotName } from '../../host/snapshots/snapshot-name.ts'
import { planCopies } from './plan-copies.ts'

const noonMs = Date.UTC(2026, 0, 31, 12)
const hourMs = 3600_000
/** So many hours before noon. */
const taken = (hours: number, cluster = 1n): string => snapshotName(cluster, 9n, noonMs - hours * hourMs)
const hours = (...each: readonly number[]): readonly string[] => each.map((hour) => taken(hour))
const plan = (names: readonly string[], copied: readonly string[] = []): readonly string[] =>
  planCopies({ names, copied: new Set(copied), nowMs: noonMs })

it('the newest is copied first, then those that were missed', () => {
  const missed = hours(5, 1, 0, 4, 2, 3)
  expect(plan(missed)).toEqual(hours(0, 1, 2, 3, 4, 5))
  expect(plan(missed, hours(0, 1, 2))).toEqual(hours(3, 4, 5))
  expect(plan(missed, missed)).toEqual([])
})

it('what was there a day before the newest is left where it is', () => {
  expect(plan(hours(0, 23, 24, 25, 300))).toEqual(hours(0, 23))
})

it('a member whose clock was put back copies what it takes from then on', () => {
  const ahead = taken(-500)
  expect(plan([ahead, ...hours(0, 1)], [ahead])).toEqual(hours(0, 1))
  expect(plan([ahead, ...hours(0, 1)], [])).toEqual(hours(0, 1))
})

it('nothing that no save has named is looked at', () => {
  expect(plan(['.copy', 'shadow', 'etcd-0123abcd-20260131T120000Z-r1.json', `${taken(0)}.age`, '../x.db'])).toEqual([])
})
