import { describe, expect, it } from 'vitest'
import { doneAct, failedAct, wellSnapshotFacts } from '../../../../test/support/host/snapshot-facts.ts'
import { SignetError } from '../../../core/signet-error.ts'
import type { SnapshotAct } from '../../../host/snapshots/snapshot-state.ts'
import type { InspectedSnapshots } from '../../inspect/snapshots/inspect-snapshots.ts'
import { judgeSnapshots } from './judge-snapshots.ts'

const nowMs = Date.UTC(2031, 4, 17, 12)
const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000]
const facts = wellSnapshotFacts(nowMs)
const never = { save: undefined, copy: undefined, fetch: undefined, drill: undefined }

/** Of each check its level. */
function levelsOf(change: Partial<InspectedSnapshots>): Record<string, string> {
  return Object.fromEntries(judgeSnapshots({ ...facts, ...change }, nowMs).map(({ check, level }) => [check, level]))
}

function levelOf(act: SnapshotAct, state: InspectedSnapshots['state'][SnapshotAct]): string | undefined {
  return levelsOf({ state: { ...facts.state, [act]: state }, kept: { names: new Set(), bytes: 0 } })[`snapshot-${act}`]
}

describe('the snapshots of a member', () => {
  it('are well where each act went well in its time', () => {
    const well = {
      'snapshot-save': 'well',
      'snapshot-copy': 'well',
      'snapshot-fetch': 'well',
      'snapshot-drill': 'well',
    }
    expect(levelsOf({})).toEqual(well)
  })

  it.each([
    ['save', 3 * hourMs],
    ['copy', 3 * hourMs],
    ['fetch', 35 * dayMs],
    ['drill', 35 * dayMs],
  ] as const)('call for attention once the last %s is too long ago', (act, limitMs) => {
    expect(levelOf(act, doneAct(nowMs - limitMs))).toBe('well')
    expect(levelOf(act, doneAct(nowMs - limitMs - 1))).toBe('attention')
  })

  it('grow old by what is elsewhere, and not by when an old one was copied once more', () => {
    const again = doneAct(nowMs - minuteMs)
    const takenAt = new Date(nowMs - 4 * hourMs).toISOString()
    expect(levelOf('copy', { ...again, lastSuccess: again.lastSuccess && { ...again.lastSuccess, takenAt } })).toBe(
      'attention',
    )
  })

  it('tell of a save that failed and is tried again, and call for attention after a drill that failed', () => {
    const failed = failedAct(nowMs - minuteMs, doneAct(nowMs - hourMs))
    expect([levelOf('save', failed), levelOf('copy', failed)]).toEqual(['note', 'note'])
    expect([levelOf('fetch', failed), levelOf('drill', failed)]).toEqual(['attention', 'attention'])
  })

  it('say how the last try failed where the last success is too long ago', () => {
    const state = { ...facts.state, save: failedAct(nowMs - minuteMs, doneAct(nowMs - 5 * hourMs)) }
    const found = judgeSnapshots({ ...facts, state }, nowMs).find(({ check }) => check === 'snapshot-save')
    expect(found).toEqual({
      check: 'snapshot-save',
      level: 'attention',
      what: 'the last snapshot was saved 2031-05-17T07:00:00.000Z; one is due every 1h',
      why: 'the last try failed, 2031-05-17T11:59:00.000Z: etcd does not answer',
      fix: 'signet snapshot save; journalctl -u signet-snapshot -n 20',
    })
  })

  it('are expected of a new member within its time, and no sooner', () => {
    const state = { ...never }
    const young = levelsOf({ state, sinceMs: nowMs - hourMs })
    expect(young).toMatchObject({ 'snapshot-save': 'note', 'snapshot-copy': 'note', 'snapshot-drill': 'note' })
    const older = levelsOf({ state, sinceMs: nowMs - 4 * hourMs })
    expect(older).toMatchObject({
      'snapshot-save': 'attention',
      'snapshot-copy': 'attention',
      'snapshot-drill': 'note',
    })
    expect(levelsOf({ state, sinceMs: nowMs - 36 * dayMs })).toMatchObject({ 'snapshot-drill': 'attention' })
  })

  it('of a time that is still to come hide nothing: the clock was wrong', () => {
    expect(levelOf('save', doneAct(nowMs + minuteMs))).toBe('well')
    expect(levelOf('save', doneAct(nowMs + hourMs))).toBe('attention')
  })

  it('are missed where the newest file is gone', () => {
    expect(levelsOf({ kept: { names: new Set(), bytes: 0 } })).toMatchObject({ 'snapshot-file': 'attention' })
  })

  it('need room for the next two, beside what etcd must keep', () => {
    const room = (freeBytes: number, reservedBytes: number) =>
      levelsOf({ room: { freeBytes, reservedBytes } })['snapshot-room']
    expect([room(50 * 1024 ** 2, 0), room(50 * 1024 ** 2 - 1, 0)]).toEqual([undefined, 'attention'])
    expect([room(1e12, 0), room(1e12, 1e12)]).toEqual([undefined, 'attention'])
  })

  it('that stay on their host are a note', () => {
    const { save, drill } = facts.state
    const config = { ...facts.config, copy: undefined, fetch: undefined } as InspectedSnapshots['config']
    expect(levelsOf({ config, state: { ...never, save, drill } })).toEqual({
      ...{ 'snapshot-save': 'well', 'snapshot-copy': 'note', 'snapshot-drill': 'well' },
    })
  })

  it('of a configuration that cannot be read are judged all the same', () => {
    const failure = new SignetError('configuration', 'snapshot.yaml: copy is not right', { hint: 'man snapshot.yaml' })
    expect(levelsOf({ config: { failure } })).toMatchObject({ 'snapshot-config': 'attention', 'snapshot-copy': 'well' })
    const refused = failedAct(nowMs, { lastSuccess: null })
    expect(levelsOf({ config: { failure }, state: { ...never, copy: refused } })['snapshot-copy']).toBeUndefined()
  })

  it("are root's to see", () => {
    expect(levelsOf({ kept: undefined, state: never })).toEqual({ 'snapshot-save': 'unknown' })
  })
})
