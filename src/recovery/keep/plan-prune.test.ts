import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshotName } from '../../host/snapshots/snapshot-name.ts'
import type { FoundSnapshot } from './found-snapshot.ts'
import { type PruneLimits, planPrune } from './plan-prune.ts'

const gibibyte = 1024 ** 3
const hourMs = 3_600_000
const noonMs = Date.UTC(2026, 0, 31, 12)
const usual: PruneLimits = {
  rule: { nowMs: noonMs, everySeconds: 3600, allSeconds: 86_400, dailySeconds: 14 * 86_400 },
  maxBytes: undefined,
  totalBytes: 1000 * gibibyte,
  incomingBytes: 0,
  missingBytes: 0,
}

function hourly(count: number, bytes = gibibyte): readonly FoundSnapshot[] {
  return Array.from({ length: count }, (_, hour) => {
    const takenAtMs = noonMs - hour * hourMs
    const name = snapshotName(1n, 7n, takenAtMs)
    return { name, file: `/snapshots/${name}`, cluster8: '00000000', takenAtMs, revision: 7n, bytes }
  })
}

const counts = (found: readonly FoundSnapshot[], limits: Partial<PruneLimits>) => {
  const { keep, remove } = planPrune(found, { ...usual, ...limits })
  return [keep.length, remove.length]
}

describe('pruning', () => {
  it('leaves twelve copies, one less before the next is taken, where nobody set a limit', () => {
    expect(counts(hourly(20), {})).toEqual([12, 8])
    expect(counts(hourly(12), { incomingBytes: gibibyte })).toEqual([11, 1])
  })

  it('leaves a fifth of the file system, where that is less', () => {
    expect(counts(hourly(12), { totalBytes: 25 * gibibyte })).toEqual([5, 7])
  })

  it('goes by the limit that was set, also where it is more', () => {
    expect(counts(hourly(20), { maxBytes: 20 * gibibyte, totalBytes: gibibyte })).toEqual([20, 0])
    expect(counts(hourly(20), { maxBytes: 3 * gibibyte, incomingBytes: gibibyte })).toEqual([2, 18])
  })

  it('goes by the largest copy, so that a database that was defragmented costs no history', () => {
    const [newest, ...older] = hourly(11)
    if (newest === undefined) return
    expect(counts([{ ...newest, bytes: gibibyte / 100 }, ...older], {})).toEqual([11, 0])
  })

  it('frees what is missing and no more, down to one', () => {
    expect(counts(hourly(10), { missingBytes: 1 })).toEqual([9, 1])
    expect(counts(hourly(10), { missingBytes: 2.5 * gibibyte })).toEqual([7, 3])
    expect(counts(hourly(10), { missingBytes: 9 * gibibyte })).toEqual([1, 9])
  })

  it('counts what the limit frees as freed', () => {
    expect(counts(hourly(14), { missingBytes: 2 * gibibyte })).toEqual([12, 2])
  })

  it('gives no history for a snapshot that is refused all the same', () => {
    expect(counts(hourly(10), { missingBytes: 9 * gibibyte + 1 })).toEqual([10, 0])
    expect(counts([], { missingBytes: 1 })).toEqual([0, 0])
  })

  it('frees what is missing, or nothing for it, and leaves the newest, whatever the sizes', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(sizes, fc.nat(2000), fc.option(fc.nat(2000), { nil: undefined }), (bytes, missingBytes, maxBytes) => {
        const found = hourly(bytes.length).map((one, index) => ({ ...one, bytes: bytes[index] ?? 1 }))
        const { keep, remove } = planPrune(found, { ...usual, missingBytes, maxBytes })
        expect(keep[0]).toBe(found[0])
        const freed = remove.reduce((sum, one) => sum + one.bytes, 0)
        const without = planPrune(found, { ...usual, maxBytes }).remove
        if (freed < missingBytes) expect(remove).toEqual(without)
      }),
    )
  })
})
