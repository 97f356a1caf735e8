import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IssuedCertificate } from './issued-line.ts'
import { formatIssuedLine, parseIssuedLine } from './issued-line.ts'
import { IssuedNames } from './issued-names.ts'

const base: IssuedCertificate = {
  timeMs: Date.UTC(2026, 0, 1),
  address: '192.0.2.1',
  name: 'kubemaster-1',
  serial: '00ff',
  publicKeySha256: 'aa',
  expiryMs: Date.UTC(2026, 0, 2),
}
const hourMs = 3_600_000

describe('IssuedNames', () => {
  it('tells of a key that changes before the last certificate has expired, and of no other', () => {
    const names = new IssuedNames()
    expect(names.add(base)).toBe(false)
    expect(names.add({ ...base, timeMs: base.timeMs + hourMs })).toBe(false)
    expect(names.add({ ...base, timeMs: base.timeMs + hourMs, publicKeySha256: 'bb' })).toBe(true)
    expect(names.add({ ...base, timeMs: base.expiryMs, expiryMs: base.expiryMs + hourMs, publicKeySha256: 'cc' })).toBe(
      false,
    )
  })

  it('lists a changed key until the last certificate of the old one expires, however often the new one renews', () => {
    const names = new IssuedNames()
    names.add(base)
    const rebuilt = { ...base, publicKeySha256: 'bb' }
    for (let hour = 1; hour <= 40; hour += 1) {
      const timeMs = base.timeMs + hour * hourMs
      names.add({ ...rebuilt, timeMs, expiryMs: timeMs + 24 * hourMs })
      expect(names.changedKeys(timeMs, 10)).toEqual(timeMs < base.expiryMs ? ['kubemaster-1'] : [])
    }
  })

  it('lists the change again where the old key comes back', () => {
    const names = new IssuedNames()
    names.add(base)
    const newExpiryMs = base.expiryMs + hourMs
    names.add({ ...base, publicKeySha256: 'bb', timeMs: base.timeMs + hourMs, expiryMs: newExpiryMs })
    names.add({ ...base, timeMs: base.expiryMs, expiryMs: base.expiryMs + 24 * hourMs })
    expect(names.changedKeys(newExpiryMs - 1, 10)).toEqual(['kubemaster-1'])
    expect(names.changedKeys(newExpiryMs, 10)).toEqual([])
  })

  it('takes the time of the last line, even where an earlier one is later', () => {
    const names = new IssuedNames()
    names.add({ ...base, timeMs: base.timeMs + hourMs })
    names.add(base)
    expect(names.lastTimeMs).toBe(base.timeMs)
  })

  it('forgets the oldest name when a flood of names comes, of the address that floods', () => {
    const names = new IssuedNames()
    names.add({ ...base, name: 'kubemaster-real', address: '192.0.2.7' })
    for (let index = 0; index <= 100_000; index += 1) names.add({ ...base, name: `kubemaster-${index}` })
    const known = remembered(names)
    expect(known.has('kubemaster-0')).toBe(false)
    expect(known.has('kubemaster-real')).toBe(true)
    expect(known.has('kubemaster-100000')).toBe(true)
  })

  it('forgets the oldest of the flood when it goes on from fresh addresses', () => {
    const names = new IssuedNames()
    names.add({ ...base, name: 'kubemaster-real', address: '192.0.2.7' })
    for (let index = 0; index < 100_000; index += 1) names.add({ ...base, name: `kubemaster-${index}` })
    for (let host = 100; host < 120; host += 1) {
      names.add({ ...base, name: `kubemaster-new-${host}`, address: `192.0.2.${host}` })
    }
    const known = remembered(names)
    expect(['kubemaster-real', 'kubemaster-new-100', 'kubemaster-21'].every((name) => known.has(name))).toBe(true)
    expect(known.has('kubemaster-20')).toBe(false)
  })
})

function remembered(names: IssuedNames): ReadonlySet<string> {
  return new Set(names.masters(base.timeMs, 200_000).soonest.map(({ name }) => name))
}

describe('a line of the journal', () => {
  it('reads back as it was written', () => {
    expect(parseIssuedLine(formatIssuedLine(base))).toEqual(base)
  })

  it('holds the six facts of the contract, and times as RFC 3339', () => {
    expect(JSON.parse(formatIssuedLine(base))).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      address: '192.0.2.1',
      name: 'kubemaster-1',
      serial: '00ff',
      publicKeySha256: 'aa',
      expiry: '2026-01-02T00:00:00.000Z',
    })
  })

  it.each([
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '{"time":"yesterday"}',
    formatIssuedLine(base).replace('2026-01-01T', '2026-13-01T'),
    formatIssuedLine(base).replace('00.000Z', '00.000+01:00'),
    formatIssuedLine(base).replace('"00ff"', '255'),
    formatIssuedLine(base).replace('"kubemaster-1"', 'null'),
    formatIssuedLine(base).replace('"address"', '"Address"'),
  ])('is skipped when damaged: %j', (line) => {
    expect(parseIssuedLine(line)).toBeUndefined()
  })
})

describe('IssuedNames.sharedKeys', () => {
  const limits = { keys: 2, mastersOfKey: 2 }
  const ask = (names: IssuedNames, id: number, publicKeySha256: string, expiryMs = base.expiryMs): void => {
    names.add({ ...base, name: `kubemaster-${id}`, address: `192.0.2.${id}`, publicKeySha256, expiryMs })
  }

  it('names the masters whose last certificates are for one key, until one has another', () => {
    const names = new IssuedNames()
    ask(names, 2, 'shared')
    ask(names, 1, 'shared')
    ask(names, 3, 'own')
    const masters = [1, 2].map((id) => ({ name: `kubemaster-${id}`, address: `192.0.2.${id}` }))
    expect(names.sharedKeys(base.timeMs, limits)).toEqual({ total: 1, first: [{ total: 2, masters }] })
    ask(names, 2, 'new')
    expect(names.sharedKeys(base.timeMs, limits)).toEqual({ total: 0, first: [] })
  })

  it('forgets a key once only one certificate of it is left, and hears of no members', () => {
    const names = new IssuedNames()
    ask(names, 1, 'shared')
    ask(names, 2, 'shared', base.expiryMs + hourMs)
    names.add({ ...base, name: 'etcd-1', publicKeySha256: 'm' })
    names.add({ ...base, name: 'etcd-2', publicKeySha256: 'm' })
    expect(names.sharedKeys(base.expiryMs - 1, limits).total).toBe(1)
    expect(names.sharedKeys(base.expiryMs, limits).total).toBe(0)
  })

  it('tells no more than it is asked for, the key of most masters first', () => {
    const names = new IssuedNames()
    for (let id = 0; id < 12; id += 1) ask(names, id, id < 3 ? 'three' : id < 8 ? 'five' : `pair ${id % 2}`)
    const { total, first } = names.sharedKeys(base.timeMs, limits)
    expect([total, first.map((key) => key.total)]).toEqual([4, [5, 3]])
    expect(first.map(({ masters }) => masters.length)).toEqual([2, 2])
  })

  it('agrees with a naive search, whatever is signed in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(3), fc.nat(9)), { maxLength: 40 }), fc.nat(9), (asked, now) => {
        const names = new IssuedNames()
        for (const [id, key, hours] of asked) ask(names, id, `key ${key}`, base.timeMs + hours * hourMs)
        const nowMs = base.timeMs + now * hourMs
        const last = (id: number) => asked.findLast(([one]) => one === id)
        const keys = [0, 1, 2, 3].map((key) =>
          [0, 1, 2, 3, 4, 5].filter((id) => {
            const found = last(id)
            return found !== undefined && found[1] === key && base.timeMs + found[2] * hourMs > nowMs
          }),
        )
        const due = keys.filter(({ length }) => length > 1).map((ids) => ids.map((id) => `kubemaster-${id}`).join())
        const { first } = names.sharedKeys(nowMs, { keys: 9, mastersOfKey: 9 })
        const found = first.map(({ masters }) => masters.map(({ name }) => name).join())
        expect(found.toSorted()).toEqual(due.toSorted())
      }),
    )
  })
})

describe('IssuedNames.masters', () => {
  const limit = 2

  it('lists the masters that come to an end first, and no other names', () => {
    const names = new IssuedNames()
    names.add({ ...base, name: 'etcd-1' })
    names.add({ ...base, name: 'signet-endpoint' })
    for (const id of [3, 1, 2]) names.add({ ...base, name: `kubemaster-${id}`, expiryMs: base.expiryMs + id * hourMs })
    const { total, expired, keysChanged, soonest } = names.masters(base.timeMs, limit)
    expect({ total, expired, keysChanged }).toEqual({ total: 3, expired: 0, keysChanged: 0 })
    expect(soonest.map(({ name }) => name)).toEqual(['kubemaster-1', 'kubemaster-2'])
  })

  it('counts those whose certificate has expired, and leaves out those gone for a week', () => {
    const names = new IssuedNames()
    names.add(base)
    expect(names.masters(base.expiryMs, limit)).toMatchObject({
      total: 1,
      expired: 1,
      soonest: [{ address: '192.0.2.1' }],
    })
    expect(names.masters(base.expiryMs + 7 * 24 * hourMs, limit)).toMatchObject({ total: 1, expired: 1, soonest: [] })
  })

  it('tells whose key changed while the certificate was valid', () => {
    const names = new IssuedNames()
    names.add(base)
    names.add({ ...base, publicKeySha256: 'bb' })
    expect(names.masters(base.timeMs, limit)).toMatchObject({ keysChanged: 1, soonest: [{ keyChanged: true }] })
    expect(names.masters(base.expiryMs, limit)).toMatchObject({ keysChanged: 0, soonest: [{ keyChanged: false }] })
  })
})
