import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIssuedLine, type IssuedCertificate } from './issued-line.ts'
import { JournalMemory } from './journal-memory.ts'
import { formatReleaseLine } from './release-line.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const startMs = Date.UTC(2031, 0, 1)
const clientLifetimeSeconds = 86_400

function line(change: Partial<IssuedCertificate>): IssuedCertificate {
  const { timeMs = startMs, holds = false } = change
  const expiryMs = timeMs + (holds ? 90 : 1) * dayMs
  return {
    timeMs,
    address: '192.0.2.1',
    name: 'etcd-1',
    serial: '00',
    publicKeySha256: 'aa',
    expiryMs,
    holds,
    ...change,
  }
}

function memoryOf(...lines: readonly string[]): JournalMemory {
  const memory = new JournalMemory(clientLifetimeSeconds)
  for (const one of lines) expect(memory.takeLine(one)).toBe(true)
  return memory
}

describe("who holds a member's name", () => {
  it('is whoever got the full lifetime, until it expires', () => {
    const { members } = memoryOf(formatIssuedLine(line({ holds: true })))
    expect(members.holder('etcd-1', startMs + 90 * dayMs - 1)).toMatchObject({ address: '192.0.2.1' })
    expect(members.holder('etcd-1', startMs + 90 * dayMs)).toBeUndefined()
  })

  it("is nobody by a short certificate, nor by a master's", () => {
    const { members } = memoryOf(
      formatIssuedLine(line({})),
      formatIssuedLine(line({ name: 'kubemaster-1', expiryMs: startMs + 90 * dayMs })),
    )
    expect(members.holders(startMs, 9)).toEqual([])
    expect(members.reservations(startMs, 9)).toHaveLength(1)
  })

  it('stays so however short the certificates of others are, and its own', () => {
    const { members } = memoryOf(
      formatIssuedLine(line({ holds: true })),
      formatIssuedLine(line({ address: '192.0.2.9', timeMs: startMs + dayMs })),
      formatIssuedLine(line({ timeMs: startMs + 2 * dayMs })),
    )
    expect(members.holder('etcd-1', startMs + 89 * dayMs)).toMatchObject({ address: '192.0.2.1', sinceMs: startMs })
  })

  it('has held it since the first certificate of those that followed one another in time', () => {
    const renewal = line({ holds: true, timeMs: startMs + 30 * dayMs })
    const late = line({ holds: true, timeMs: startMs + 121 * dayMs })
    const { members } = memoryOf(formatIssuedLine(line({ holds: true })), formatIssuedLine(renewal))
    expect(members.holder('etcd-1', renewal.timeMs)).toMatchObject({ sinceMs: startMs, untilMs: renewal.expiryMs })
    members.add(late, true)
    expect(members.holder('etcd-1', late.timeMs)).toMatchObject({ sinceMs: late.timeMs })
  })

  it('is nobody once root has released the name, in whatever case, and then whoever gets it', () => {
    const before = formatIssuedLine(line({ name: 'etcd-A', holds: true }))
    const release = formatReleaseLine({ timeMs: startMs + minuteMs, name: 'etcd-a' })
    expect(memoryOf(before, release).members.holder('etcd-A', startMs + minuteMs)).toBeUndefined()
    const next = line({ name: 'etcd-a', address: '192.0.2.5', holds: true, timeMs: startMs + 2 * minuteMs })
    const { members } = memoryOf(before, release, formatIssuedLine(next))
    expect(members.holder('etcd-A', next.timeMs)).toMatchObject({ address: '192.0.2.5', sinceMs: next.timeMs })
  })

  it('is told by the lifetime in lines of before they said it', () => {
    const { holds: _, ...short } = line({})
    const { holds: __, ...long } = line({ name: 'etcd-2', holds: true })
    const { members } = memoryOf(formatIssuedLine(short), formatIssuedLine(long))
    expect(members.holders(startMs, 9).map(({ name }) => name)).toEqual(['etcd-2'])
    expect(members.reservations(startMs, 9).map(({ name }) => name)).toEqual(['etcd-1'])
  })

  it("is not forgotten for masters' names, nor for members', from as many addresses of its own network as one likes", () => {
    const memory = memoryOf(formatIssuedLine(line({ holds: true, address: '2001:db8::1' })))
    for (let index = 0; index < 100_001; index += 1) {
      const address = `2001:db8::1:${(index >> 12) + 1}:${(index & 0xfff) + 1}`
      memory.add({ ...line({}), name: `kubemaster-${index}`, address })
      if (index < 1000) memory.add(line({ name: `etcd-x${index}`, address }))
      if (index < 1000) memory.add(line({ name: `etcd-y${index}`, address, holds: true }))
    }
    expect(memory.members.holder('etcd-1', startMs)?.address).toBe('2001:db8::1')
    expect(memory.members.holders(startMs, 1_000_000)).toHaveLength(64)
    expect(memory.members.reservations(startMs, 1_000_000)).toHaveLength(64)
  })
})

describe('a reservation', () => {
  const first = formatIssuedLine(line({}))

  it('lasts ten minutes from the first short certificate, and asking again does not prolong it', () => {
    const again = [1, 5, 9].map((minutes) => formatIssuedLine(line({ timeMs: startMs + minutes * minuteMs })))
    const { members } = memoryOf(first, ...again)
    expect(members.reservation('etcd-1', startMs + 10 * minuteMs - 1)).toMatchObject({ address: '192.0.2.1' })
    expect(members.reservation('etcd-1', startMs + 10 * minuteMs)).toBeUndefined()
  })

  it('is not taken over by another address that gets a short certificate meanwhile', () => {
    const { members } = memoryOf(first, formatIssuedLine(line({ address: '192.0.2.5', timeMs: startMs + minuteMs })))
    expect(members.reservation('etcd-1', startMs + 2 * minuteMs)).toMatchObject({ address: '192.0.2.1' })
  })

  it('ends when root releases the name', () => {
    const release = formatReleaseLine({ timeMs: startMs + minuteMs, name: 'etcd-1' })
    expect(memoryOf(first, release).members.reservation('etcd-1', startMs + minuteMs)).toBeUndefined()
  })

  it('of a clock that was a year ahead does not last for a year', () => {
    const { members } = memoryOf(first)
    expect(members.reservation('etcd-1', startMs - 365 * dayMs)).toBeUndefined()
    expect(members.reservation('etcd-1', startMs - 9 * minuteMs)).toBeDefined()
  })
})

describe('holders and reservations', () => {
  type Event = IssuedCertificate | { readonly timeMs: number; readonly release: string }

  const names = ['etcd-a', 'etcd-A', 'etcd-b']
  const anyEvent = fc.record({
    afterMs: fc.oneof(fc.integer({ min: 0, max: 12 * minuteMs }), fc.integer({ min: 0, max: 60 * dayMs })),
    name: fc.constantFrom(...names),
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::1'),
    kind: fc.constantFrom('short', 'short', 'full', 'release'),
  })
  const anyHistory = fc.array(anyEvent, { maxLength: 25 }).map((steps) => {
    let timeMs = startMs
    return steps.map(({ afterMs, kind, name, address }): Event => {
      timeMs += afterMs
      return kind === 'release' ? { timeMs, release: name } : line({ timeMs, name, address, holds: kind === 'full' })
    })
  })
  const formatEvent = (event: Event): string =>
    'release' in event ? formatReleaseLine({ timeMs: event.timeMs, name: event.release }) : formatIssuedLine(event)
  const isOf = (event: Event, name: string): boolean =>
    ('release' in event ? event.release : event.name).toLowerCase() === name.toLowerCase()

  /** The lines of a name since root released it last. */
  function sinceRelease(history: readonly Event[], name: string): readonly IssuedCertificate[] {
    const own = history.filter((event) => isOf(event, name))
    const last = own.findLastIndex((event) => 'release' in event)
    return own.slice(last + 1).flatMap((event) => ('release' in event ? [] : [event]))
  }

  function naiveHolder(history: readonly Event[], name: string, nowMs: number): string | undefined {
    const last = sinceRelease(history, name).findLast(({ holds }) => holds === true)
    return last !== undefined && last.expiryMs > nowMs ? last.address : undefined
  }

  function naiveReservation(history: readonly Event[], name: string, nowMs: number): string | undefined {
    let reserved: IssuedCertificate | undefined
    for (const issued of sinceRelease(history, name)) {
      if (issued.holds === true) continue
      if (reserved === undefined || issued.timeMs >= reserved.timeMs + 10 * minuteMs) reserved = issued
    }
    return reserved !== undefined && nowMs < reserved.timeMs + 10 * minuteMs ? reserved.address : undefined
  }

  it('are what a plain look through all lines finds, before a restart as after it', () => {
    fc.assert(
      fc.property(anyHistory, fc.integer({ min: 0, max: 15 * minuteMs }), (history, laterMs) => {
        const nowMs = (history.at(-1)?.timeMs ?? startMs) + laterMs
        const running = new JournalMemory(clientLifetimeSeconds)
        for (const event of history) {
          if ('release' in event) running.members.release(event.release)
          else running.add(event)
        }
        for (const memory of [running, memoryOf(...history.map(formatEvent))]) {
          for (const name of names) {
            expect(memory.members.holder(name, nowMs)?.address).toBe(naiveHolder(history, name, nowMs))
            expect(memory.members.reservation(name, nowMs)?.address).toBe(naiveReservation(history, name, nowMs))
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
