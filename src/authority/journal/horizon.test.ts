import { describe, expect, it } from 'vitest'
import { planRenewal } from '../../client/renew/renewal-window.ts'
import { findHorizon, type RenewingMaster } from './horizon.ts'
import { IssuedNames } from './issued-names.ts'
import { JournalMemory } from './journal-memory.ts'

const hourMs = 3_600_000
const nowMs = Date.UTC(2031, 4, 17, 12)

/** A master whose certificate of a day was signed so many hours ago. */
function master(name: string, hoursAgo: number, renewals = 5): RenewingMaster {
  const timeMs = nowMs - hoursAgo * hourMs
  const previousMs = renewals === 0 ? undefined : timeMs - 9 * hourMs
  return { name, address: '192.0.2.1', timeMs, expiryMs: timeMs + 24 * hourMs, previousMs, renewals }
}

const nobody = { well: 0, unproven: 0, overdue: 0, expired: 0, first: undefined }

describe('findHorizon', () => {
  it('is that of the master whose certificate ends first', () => {
    const found = findHorizon([master('kubemaster-1', 3), master('kubemaster-2', 9), master('kubemaster-3', 1)], nowMs)
    expect(found).toEqual({
      ...nobody,
      well: 3,
      first: { name: 'kubemaster-2', address: '192.0.2.1', expiryMs: nowMs + 15 * hourMs },
    })
  })

  it('counts nobody who has not renewed twice: one ad-hoc request pages nobody', () => {
    expect(findHorizon([master('kubemaster-1', 14, 0), master('kubemaster-2', 14, 1)], nowMs)).toEqual({
      ...nobody,
      unproven: 2,
    })
    expect(findHorizon([master('kubemaster-1', 14, 2)], nowMs).well).toBe(1)
    expect(findHorizon([master('kubemaster-1', 30, 1)], nowMs)).toEqual(nobody)
  })

  it('leaves out a master that was taken down, once the others have renewed without it', () => {
    const down = master('kubemaster-9', 20)
    const found = findHorizon([down, master('kubemaster-1', 3)], nowMs)
    expect(found).toMatchObject({ well: 1, overdue: 1, first: { name: 'kubemaster-1' } })
  })

  it('counts a master that is late where nobody else renews either: it is the signer that is away', () => {
    const found = findHorizon([master('kubemaster-9', 20), master('kubemaster-1', 16)], nowMs)
    expect(found).toMatchObject({ well: 2, overdue: 0, first: { name: 'kubemaster-9' } })
  })

  it('takes one ad-hoc request for nobody who renews: no master is left behind by it', () => {
    const found = findHorizon(
      [master('kubemaster-1', 16), master('kubemaster-2', 18), master('kubemaster-9', 0, 0)],
      nowMs,
    )
    expect(found).toMatchObject({ well: 2, unproven: 1, overdue: 0, first: { name: 'kubemaster-2' } })
  })

  it('believes no time ahead of the clock: what was signed while it was wrong leaves nobody behind', () => {
    const ahead = master('kubemaster-9', -24 * 365)
    const found = findHorizon([master('kubemaster-1', 2), master('kubemaster-2', 3), ahead], nowMs)
    expect(found).toMatchObject({ well: 2, unproven: 1, overdue: 0, first: { name: 'kubemaster-2' } })
    expect(findHorizon([ahead], nowMs)).toEqual({ ...nobody, unproven: 1 })
  })

  it('gives masters a tenth of the lifetime to renew where the signer was away and is back', () => {
    const late = [master('kubemaster-2', 17), master('kubemaster-3', 18)]
    const back = findHorizon([master('kubemaster-1', 2.3), ...late], nowMs)
    expect(back).toMatchObject({ well: 3, overdue: 0, first: { name: 'kubemaster-3' } })
    const since = findHorizon([master('kubemaster-1', 2.5), ...late], nowMs)
    expect(since).toMatchObject({ well: 1, overdue: 2, first: { name: 'kubemaster-1' } })
  })

  it('does not count one that was left behind again while those that renew have just done so once more', () => {
    const found = findHorizon([master('kubemaster-9', 22), master('kubemaster-1', 0.1)], nowMs)
    expect(found).toMatchObject({ well: 1, overdue: 1, first: { name: 'kubemaster-1' } })
  })

  it('draws the line at 47 % of the lifetime', () => {
    const other = master('kubemaster-1', 3)
    expect(findHorizon([master('kubemaster-9', 14.2), other], nowMs).overdue).toBe(0)
    expect(findHorizon([master('kubemaster-9', 14.4), other], nowMs).overdue).toBe(1)
  })

  it('which lies behind every renewal window; and a tenth is more than the longest pause of one that could not renew', () => {
    for (let index = 0; index < 500; index += 1) {
      const { timeMs, expiryMs } = master('kubemaster-1', 0)
      const validity = { notBeforeMs: timeMs, notAfterMs: expiryMs }
      const { dueAtMs } = planRenewal({ validity, name: `kubemaster-${index}`, nowMs })
      expect(dueAtMs).toBeLessThan(timeMs + 0.47 * (expiryMs - timeMs))
      const lastAttemptMs = timeMs + 0.7 * (expiryMs - timeMs)
      const attempts = { lastAttemptMs, failures: 20 }
      const { nextAttemptMs } = planRenewal({ validity, name: `kubemaster-${index}`, nowMs: lastAttemptMs, attempts })
      // And the timer, which looks every five minutes or seven.
      expect(nextAttemptMs + 420_000).toBeLessThan(lastAttemptMs + 0.1 * (expiryMs - timeMs))
    }
  })

  it('tells of those that expired within a week, and counts them no more', () => {
    const found = findHorizon([master('kubemaster-1', 25), master('kubemaster-2', 24 * 9)], nowMs)
    expect(found).toEqual({ ...nobody, expired: 1 })
  })

  it('is quick enough for every minute with 100,000 names', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => master(`kubemaster-${index}`, index % 11))
    const began = performance.now()
    expect(findHorizon(many, nowMs).well).toBe(100_000)
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('what the journal knows of renewals', () => {
  function issue(names: IssuedNames, hoursAgo: number, publicKeySha256 = 'a'): void {
    const { name, address, timeMs, expiryMs } = master('kubemaster-1', hoursAgo)
    names.add({ name, address, timeMs, expiryMs, serial: '01', publicKeySha256 })
  }

  it('counts renewals under one key, also across a day without a certificate, and begins again with another key', () => {
    const names = new IssuedNames()
    for (const hoursAgo of [60, 50, 3]) issue(names, hoursAgo)
    expect(names.horizon(nowMs)).toMatchObject({ well: 1, unproven: 0 })
    issue(names, 2, 'b')
    expect(names.horizon(nowMs)).toMatchObject({ well: 0, unproven: 1 })
  })

  it('forgets whom root has forgotten, until it renews twice again', () => {
    const memory = new JournalMemory(86_400)
    for (const hoursAgo of [20, 10, 3]) issue(memory.names, hoursAgo)
    expect(memory.takeLine('{"time":"2031-05-17T11:00:00.000Z","forget":"kubemaster-1"}')).toBe(true)
    expect(memory.names.horizon(nowMs)).toEqual(nobody)
    issue(memory.names, 2)
    expect(memory.names.horizon(nowMs)).toMatchObject({ unproven: 1 })
  })

  it.each(['etcd-1', 'kubemaster-1\n', '', 7])('takes no line that forgets %j', (name) => {
    const line = JSON.stringify({ time: '2031-05-17T11:00:00.000Z', forget: name })
    expect(new JournalMemory(86_400).takeLine(line)).toBe(false)
  })
})
