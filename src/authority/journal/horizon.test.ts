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
  return { name, address: '192.0.2.1', timeMs, expiryMs: timeMs + 24 * hourMs, renewals }
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

  it('draws that line at 60 % of the lifetime', () => {
    const other = { ...master('kubemaster-1', 0), timeMs: nowMs }
    expect(findHorizon([master('kubemaster-9', 14.3), other], nowMs).overdue).toBe(0)
    expect(findHorizon([master('kubemaster-9', 14.5), other], nowMs).overdue).toBe(1)
  })

  it('which lies behind every renewal window, and 13 % of the lifetime behind the last of them', () => {
    for (let index = 0; index < 500; index += 1) {
      const { timeMs, expiryMs } = master('kubemaster-1', 0)
      const validity = { notBeforeMs: timeMs, notAfterMs: expiryMs }
      const { dueAtMs } = planRenewal({ validity, name: `kubemaster-${index}`, nowMs })
      expect(dueAtMs).toBeLessThan(timeMs + 0.47 * (expiryMs - timeMs))
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
