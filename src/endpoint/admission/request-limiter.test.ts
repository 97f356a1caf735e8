import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestLimiter } from './request-limiter.ts'

const minuteMs = 60_000

function limiterOf(requestsPerMinute: number, maxSources = 16_384): RequestLimiter {
  return new RequestLimiter({ requestsPerMinute, maxSources })
}

function takeMany(limiter: RequestLimiter, address: string, count: number, nowMs = 0): number[] {
  return Array.from({ length: count }, () => limiter.take(address, nowMs))
}

describe('RequestLimiter', () => {
  it('grants a minute of requests at once, and says when the next will be granted', () => {
    const limiter = limiterOf(60)
    expect(takeMany(limiter, '192.0.2.1', 61)).toEqual([...Array(60).fill(0), 1000])
    expect(limiter.take('192.0.2.1', 999)).toBe(1)
    expect(limiter.take('192.0.2.1', 1000)).toBe(0)
  })

  it('counts each address for itself', () => {
    const limiter = limiterOf(1)
    expect(takeMany(limiter, '192.0.2.1', 2)).toEqual([0, minuteMs])
    expect(limiter.take('192.0.2.2', 0)).toBe(0)
  })

  // A host chooses its addresses within its /64 at will.
  it('counts the addresses of one IPv6 /64 as one, and of two as two', () => {
    const limiter = limiterOf(1)
    expect(limiter.take('2001:db8::1', 0)).toBe(0)
    expect(limiter.take('2001:db8::ffff:1:2', 0)).toBe(minuteMs)
    expect(limiter.take('2001:db8:0:1::1', 0)).toBe(0)
  })

  it('refuses nobody because the clock was set back', () => {
    const limiter = limiterOf(1)
    limiter.take('192.0.2.1', 10 * minuteMs)
    expect(limiter.take('192.0.2.1', 0)).toBe(0)
    expect(limiter.take('192.0.2.1', 0)).toBe(minuteMs)
  })

  it('remembers no more callers than it may, and those who asked last', () => {
    const limiter = limiterOf(1, 3)
    for (let host = 1; host <= 200; host += 1) limiter.take(`192.0.2.${host}`, host)
    expect(limiter.size).toBe(3)
    expect(limiter.take('192.0.2.200', 200)).toBeGreaterThan(0)
  })

  const step = fc.record({ host: fc.nat(2), pauseMs: fc.nat(40_000) })

  it('never grants more than a burst and its rate in any stretch of time, and keeps its word on when', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 120 }), (requestsPerMinute, steps) => {
        const limiter = limiterOf(requestsPerMinute)
        const callers = new Map<number, Caller>()
        let nowMs = 0
        for (const { host, pauseMs } of steps) {
          nowMs += pauseMs
          const caller = callers.get(host) ?? { granted: [], promisedMs: Number.POSITIVE_INFINITY }
          callers.set(host, caller)
          note(caller, limiter.take(`192.0.2.${host}`, nowMs), nowMs)
        }
        for (const { granted } of callers.values()) expectWithin(granted, requestsPerMinute)
      }),
    )
  })
})

interface Caller {
  readonly granted: number[]
  promisedMs: number
}

function note(caller: Caller, waitMs: number, nowMs: number): void {
  if (nowMs >= caller.promisedMs) expect(waitMs).toBe(0)
  caller.promisedMs = waitMs > 0 ? nowMs + waitMs : Number.POSITIVE_INFINITY
  if (waitMs === 0) caller.granted.push(nowMs)
}

function expectWithin(times: readonly number[], perMinute: number): void {
  for (const [first, startMs] of times.entries()) {
    for (const [index, endMs] of times.slice(first).entries()) {
      const allowed = perMinute + ((endMs - startMs) * perMinute) / minuteMs
      expect(index + 1).toBeLessThanOrEqual(allowed + 0.01)
    }
  }
}
