import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planTurn, type TurnMember } from './plan-turn.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const noonMs = Date.UTC(2026, 0, 31, 12)

const cluster = (count: number): readonly TurnMember[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${index + 10}`, name: `etcd-${index + 1}` }))

const three = { members: cluster(3), everySeconds: 3600, lastTakenMs: undefined }
const ownIds = three.members.map(({ id }) => id)

const anyMembers = fc.uniqueArray(fc.record({ id: fc.string(), name: fc.string({ maxLength: 8 }) }), {
  selector: ({ id }) => id,
  minLength: 1,
  maxLength: 9,
})
const anyTime = fc.integer({ min: 0, max: Date.UTC(2100, 0) })
const anyEvery = fc.integer({ min: 900, max: 86_400 })

describe('the turns of members', () => {
  it('divide the hour among three', () => {
    const dueAt = (minute: number) =>
      ownIds.filter((ownId) => planTurn({ ...three, ownId, nowMs: noonMs + minute * minuteMs }).isDue)
    expect([0, 19, 20, 39, 40, 59, 60].map(dueAt)).toEqual([['10'], ['10'], ['11'], ['11'], ['12'], ['12'], ['10']])
  })

  it('come to each member exactly once in a period, and to no two at once, at whatever time', () => {
    fc.assert(
      fc.property(anyMembers, anyEvery, anyTime, (members, everySeconds, nowMs) => {
        const facts = { members, everySeconds, lastTakenMs: undefined }
        const due = members.filter(({ id }) => planTurn({ ...facts, ownId: id, nowMs }).isDue)
        expect(due).toHaveLength(1)
        const periodMs = Math.max(Math.floor((everySeconds * 1000) / members.length), 300_000) * members.length
        const startMs = Math.floor(nowMs / periodMs) * periodMs
        const turns = members.map(({ id }) => planTurn({ ...facts, ownId: id, nowMs: startMs }))
        const sorted = turns.toSorted((one, other) => one.startMs - other.startMs)
        expect(sorted[0]?.startMs).toBe(startMs)
        for (const [index, turn] of sorted.entries()) {
          expect(turn.endMs).toBe(sorted[index + 1]?.startMs ?? startMs + periodMs)
          expect(turn.endMs - turn.startMs).toBeGreaterThanOrEqual(300_000)
        }
      }),
    )
  })

  it('are seen by a timer that looks every five minutes, and used once', () => {
    fc.assert(
      fc.property(
        anyMembers,
        fc.integer({ min: 900, max: 7200 }),
        fc.integer({ min: 0, max: 300_000 }),
        (members, everySeconds, phaseMs) => {
          const periodMs = Math.max(Math.floor((everySeconds * 1000) / members.length), 300_000) * members.length
          for (const { id } of members) {
            let lastTakenMs: number | undefined
            let saves = 0
            const startMs = Math.ceil(noonMs / periodMs) * periodMs
            for (let nowMs = startMs + phaseMs - 1; nowMs < startMs + 2 * periodMs; nowMs += 300_000) {
              if (nowMs < startMs || !planTurn({ members, everySeconds, ownId: id, nowMs, lastTakenMs }).isDue) continue
              lastTakenMs = nowMs
              saves += 1
            }
            expect(saves).toBe(2)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('say when the next one begins, and that is when it does', () => {
    fc.assert(
      fc.property(anyMembers, anyEvery, anyTime, fc.boolean(), (members, everySeconds, nowMs, isSaved) => {
        const facts = { members, everySeconds, ownId: members[0]?.id ?? '', lastTakenMs: isSaved ? nowMs : undefined }
        const turn = planTurn({ ...facts, nowMs })
        if (turn.isDue) return
        expect(turn.startMs).toBeGreaterThan(nowMs)
        expect(planTurn({ ...facts, nowMs: turn.startMs }).isDue).toBe(true)
        expect(planTurn({ ...facts, nowMs: turn.startMs - 1 }).isDue).toBe(false)
      }),
    )
  })

  it('are tried again within the turn while nothing was saved, and left to the next member then', () => {
    const at = (minute: number, lastTakenMs?: number) =>
      planTurn({ ...three, ownId: '11', nowMs: noonMs + minute * minuteMs, lastTakenMs }).isDue
    expect([20, 25, 30, 35].map((minute) => at(minute, noonMs - 40 * minuteMs))).toEqual([true, true, true, true])
    expect([25, 30, 40, 59].map((minute) => at(minute, noonMs + 20 * minuteMs))).toEqual([false, false, false, false])
    expect(at(80, noonMs + 20 * minuteMs)).toBe(true)
  })

  it('are not used again for what was saved by hand within the period', () => {
    const facts = { ...three, ownId: '12', nowMs: noonMs + 41 * minuteMs }
    expect(planTurn({ ...facts, lastTakenMs: noonMs + minuteMs }).isDue).toBe(false)
  })

  it('go on where the clock was ahead once: what is named for the future was not saved in this period', () => {
    const facts = { ...three, ownId: '10', nowMs: noonMs + minuteMs }
    expect(planTurn({ ...facts, lastTakenMs: noonMs + 365 * 24 * hourMs }).isDue).toBe(true)
    // A clock that is put right by some seconds saves no second time.
    expect(planTurn({ ...facts, lastTakenMs: noonMs + 2 * minuteMs }).isDue).toBe(false)
  })

  it('are one for who is alone, and move for all when a member joins or leaves', () => {
    const nowMs = noonMs + 50 * minuteMs
    expect(planTurn({ ...three, members: [], ownId: '10', nowMs }).isDue).toBe(true)
    const dueOf = (members: readonly TurnMember[]) =>
      members.filter(({ id }) => planTurn({ ...three, members, ownId: id, nowMs }).isDue).map(({ name }) => name)
    expect([1, 2, 3, 5].map((count) => dueOf(cluster(count)))).toEqual([['etcd-1'], ['etcd-2'], ['etcd-3'], ['etcd-5']])
  })

  it('of many members are no shorter than the timer needs: the period is longer than asked for', () => {
    const members = cluster(5)
    const { startMs, endMs } = planTurn({ members, everySeconds: 900, ownId: '12', nowMs: 0, lastTakenMs: undefined })
    expect([startMs, endMs]).toEqual([10 * minuteMs, 15 * minuteMs])
  })
})
