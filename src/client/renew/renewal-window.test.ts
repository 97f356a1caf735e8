import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planRenewal, type Validity } from './renewal-window.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const startMs = Date.UTC(2031, 4, 17)

function validityOf(lifetimeMs: number): Validity {
  return { notBeforeMs: startMs - 10 * minuteMs, notAfterMs: startMs + lifetimeMs }
}

const names = fc.stringMatching(/^kubemaster-[a-z0-9]{1,10}$/)
const lifetimes = fc.integer({ min: 10_000, max: 400 * 24 * hourMs })
const failureCounts = fc.integer({ min: 0, max: 1000 })

describe('when to renew', () => {
  it('is after a third of the lifetime, and before a half of it', () => {
    fc.assert(
      fc.property(lifetimes, names, (lifetimeMs, name) => {
        const { dueAtMs, nextAttemptMs } = planRenewal({ validity: validityOf(lifetimeMs), name, nowMs: startMs })
        expect(nextAttemptMs).toBe(dueAtMs)
        expect(dueAtMs - startMs).toBeGreaterThanOrEqual(Math.floor(lifetimeMs / 3))
        expect(dueAtMs - startMs).toBeLessThan(lifetimeMs / 2)
      }),
    )
  })

  it('is the same each time for one name, and spread over three hours of a day for many', () => {
    const dueAt = (name: string) => planRenewal({ validity: validityOf(24 * hourMs), name, nowMs: startMs }).dueAtMs
    expect(dueAt('kubemaster-1')).toBe(dueAt('kubemaster-1'))
    const quarters = [0, 0, 0, 0]
    for (let n = 0; n < 4000; n++) {
      const quarter = Math.floor((dueAt(`kubemaster-${n}`) - startMs - 8 * hourMs) / (0.75 * hourMs))
      quarters[quarter] = (quarters[quarter] ?? 0) + 1
    }
    expect(quarters).toHaveLength(4)
    for (const masters of quarters) expect(Math.abs(masters - 1000)).toBeLessThan(150)
  })

  it('never asks twice within a minute, for lifetimes of twelve minutes and more', () => {
    fc.assert(
      fc.property(
        lifetimes,
        names,
        failureCounts,
        fc.double({ min: 0, max: 3, noNaN: true }),
        (lifetimeMs, ...rest) => {
          const [name, failures, moment] = rest
          const lastAttemptMs = Math.round(startMs + lifetimeMs * moment)
          const attempts = { lastAttemptMs, failures }
          const validity = validityOf(lifetimeMs)
          const { nextAttemptMs } = planRenewal({ validity, name, nowMs: lastAttemptMs, attempts })
          const pauseMs = nextAttemptMs - lastAttemptMs
          expect(pauseMs).toBeGreaterThanOrEqual(Math.floor(Math.min(minuteMs, lifetimeMs / 12)))
        },
      ),
    )
  })

  it('tries at least twelve times after it is due before the certificate runs out', () => {
    fc.assert(
      fc.property(lifetimes, names, (lifetimeMs, name) => {
        const validity = validityOf(lifetimeMs)
        let nowMs = planRenewal({ validity, name, nowMs: startMs }).dueAtMs
        let tries = 0
        for (; nowMs < validity.notAfterMs && tries < 1000; tries++) {
          nowMs = planRenewal({
            validity,
            name,
            nowMs,
            attempts: { lastAttemptMs: nowMs, failures: tries + 1 },
          }).nextAttemptMs
        }
        expect(tries).toBeGreaterThanOrEqual(6)
      }),
    )
  })

  it.each([1, 90])('is soon again once a certificate of %i days has run out', (days) => {
    const validity = validityOf(days * 24 * hourMs)
    const nowMs = startMs + 2 * days * 24 * hourMs
    const attempts = { lastAttemptMs: nowMs, failures: 100 }
    const { nextAttemptMs } = planRenewal({ validity, name: 'kubemaster-1', nowMs, attempts })
    expect(nextAttemptMs - nowMs).toBeLessThanOrEqual(12 * minuteMs)
  })

  it('is at once for a certificate that is not valid yet, and passes over attempts of the future', () => {
    const validity = validityOf(24 * hourMs)
    const nowMs = startMs - 100 * hourMs
    const attempts = { lastAttemptMs: startMs, failures: 3 }
    expect(planRenewal({ validity, name: 'kubemaster-1', nowMs, attempts }).nextAttemptMs).toBe(nowMs)
  })
})
