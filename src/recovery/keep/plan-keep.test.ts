import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshotName } from '../../host/snapshots/snapshot-name.ts'
import type { FoundSnapshot } from './found-snapshot.ts'
import { type KeepRule, planKeep } from './plan-keep.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const noonMs = Date.UTC(2026, 0, 31, 12)
const usual: KeepRule = {
  nowMs: noonMs,
  everySeconds: 3600,
  allSeconds: 86_400,
  dailySeconds: 14 * 86_400,
  budgetBytes: Number.POSITIVE_INFINITY,
}

function snapshot(takenAtMs: number, bytes = 10): FoundSnapshot {
  const name = snapshotName(1n, 7n, takenAtMs)
  return { name, file: `/snapshots/${name}`, cluster8: '00000000', takenAtMs, revision: 7n, bytes }
}

/** What stays after saving each time, pruned before and after each save. */
function live(times: readonly number[], rule: Partial<KeepRule> = {}, bytes = 10): readonly number[] {
  let there: readonly FoundSnapshot[] = []
  for (const nowMs of times) {
    const now = { ...usual, ...rule, nowMs }
    const before = planKeep(there, { ...now, budgetBytes: now.budgetBytes - bytes })
    const after = planKeep([...before.keep, ...before.ahead, snapshot(nowMs, bytes)], now)
    there = [...after.keep, ...after.ahead]
  }
  return there.map(({ takenAtMs }) => takenAtMs).toSorted((one, other) => other - one)
}

const hourly = (count: number, startMs = noonMs - 40 * dayMs): readonly number[] =>
  Array.from({ length: count }, (_, index) => startMs + index * hourMs)

const anySnapshots = fc
  .uniqueArray(fc.integer({ min: -60 * 86_400, max: 5 * 86_400 }), { maxLength: 80 })
  .chain((times) =>
    fc.tuple(
      ...times.map((time) => fc.integer({ min: 1, max: 50 }).map((size) => snapshot(noonMs + time * 1000, size))),
    ),
  )
const anyRule = fc.record({
  nowMs: fc.constant(noonMs),
  everySeconds: fc.integer({ min: 900, max: 86_400 }),
  allSeconds: fc.integer({ min: 3600, max: 7 * 86_400 }),
  dailySeconds: fc.integer({ min: 86_400, max: 60 * 86_400 }),
  budgetBytes: fc.integer({ min: -100, max: 1000 }),
})

describe('what stays of snapshots', () => {
  it('is every one of a day, and the first of each of fourteen days', () => {
    const kept = live(hourly(40 * 24))
    const newestMs = kept[0] ?? 0
    expect(kept.filter((ms) => ms >= newestMs - dayMs)).toHaveLength(25)
    const firsts = Array.from({ length: 14 }, (_, day) => Math.floor(newestMs / dayMs) * dayMs - day * dayMs)
    expect(kept.filter((ms) => ms < newestMs - dayMs)).toEqual(firsts.filter((ms) => ms < newestMs - dayMs))
  })

  it('is each in one list, and the same in whatever order they are found', () => {
    fc.assert(
      fc.property(anySnapshots, anyRule, (found, rule) => {
        const { keep, remove, ahead } = planKeep(found, rule)
        const all = [...keep, ...remove, ...ahead].map(({ name }) => name)
        expect(all.toSorted()).toEqual(found.map(({ name }) => name).toSorted())
        expect(planKeep(found.toReversed(), rule)).toEqual({ keep, remove, ahead })
        // Pruned twice is pruned once.
        expect(planKeep([...keep, ...ahead], rule).remove).toEqual([])
      }),
    )
  })

  it('is always the newest, whatever the budget, and never more than it but for that one', () => {
    fc.assert(
      fc.property(anySnapshots, anyRule, (found, rule) => {
        const { keep, ahead } = planKeep(found, rule)
        const past = found.filter((one) => !ahead.includes(one))
        const newest = past.toSorted((one, other) => other.takenAtMs - one.takenAtMs)[0]
        expect(keep[0]).toBe(newest)
        const bytes = keep.reduce((sum, one) => sum + one.bytes, 0)
        if (keep.length > 1) expect(bytes).toBeLessThanOrEqual(rule.budgetBytes)
      }),
    )
  })

  it('is no less with more room, and what is named for the future in any case', () => {
    fc.assert(
      fc.property(anySnapshots, anyRule, fc.nat(500), (found, rule, more) => {
        const [less, much] = [planKeep(found, rule), planKeep(found, { ...rule, budgetBytes: rule.budgetBytes + more })]
        for (const one of less.keep) expect(much.keep).toContain(one)
        expect(less.ahead).toEqual(much.ahead)
        expect(less.ahead.every(({ takenAtMs }) => takenAtMs > noonMs)).toBe(true)
      }),
    )
  })

  it('shares little room between the newest and the firsts of their days', () => {
    const kept = live(hourly(40 * 24), { budgetBytes: 120 })
    const newestMs = kept[0] ?? 0
    expect(kept.filter((ms) => ms >= newestMs - 5 * hourMs).length).toBeGreaterThanOrEqual(5)
    expect(kept.filter((ms) => ms % dayMs === 0).length).toBeGreaterThanOrEqual(5)
    expect(kept.length).toBeLessThanOrEqual(12)
    expect(newestMs - (kept.at(-1) ?? 0)).toBeGreaterThan(4 * dayMs)
  })

  it('does not grow old while saves fail, nor while the host is off', () => {
    const kept = live(hourly(15 * 24))
    for (const laterMs of [dayMs, 30 * dayMs, 3650 * dayMs]) {
      const nowMs = noonMs - 25 * dayMs + laterMs
      expect(
        planKeep(
          kept.map((ms) => snapshot(ms)),
          { ...usual, nowMs },
        ).remove,
      ).toEqual([])
    }
  })

  it('is not history that a jump of the clock made old: a year ahead for a day, and back', () => {
    const before = live(hourly(20 * 24))
    const startMs = before[0] ?? 0
    const wrong = hourly(24, startMs + 365 * dayMs)
    const right = hourly(24, startMs + 25 * hourMs)
    const kept = live([...hourly(20 * 24), ...wrong, ...right])
    for (const ms of wrong) expect(kept).toContain(ms)
    const days = kept.filter((ms) => ms <= startMs && ms % dayMs === 0)
    expect(days.length).toBeGreaterThanOrEqual(11)
  })

  it('is not history either where the clock starts in 1970', () => {
    const kept = live([...hourly(20 * 24), ...hourly(48, 0)])
    expect(kept.filter((ms) => ms > dayMs * 365)).toEqual(live(hourly(20 * 24)))
  })

  it('is one where there is room for none', () => {
    expect(live(hourly(50), { budgetBytes: 0 })).toHaveLength(1)
  })
})
