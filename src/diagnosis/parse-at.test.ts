import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { parseAt } from './parse-at.ts'

const nowMs = Date.UTC(2031, 0, 1)

describe('parseAt', () => {
  it('takes how long from now, and a time', () => {
    expect(parseAt('+36h', nowMs)).toBe(nowMs + 36 * 3_600_000)
    expect(parseAt('2031-01-02T00:00:00Z', nowMs)).toBe(nowMs + 24 * 3_600_000)
    expect(parseAt('2031-01-01T02:00+01:00', nowMs)).toBe(nowMs + 3_600_000)
  })

  it.each(['', '36h', '+36', '+', '-1h', 'tomorrow', '2031', '2031-13-01T00:00:00Z', '2030-12-31T00:00:00Z'])(
    'refuses %j',
    (text) => {
      const { code, hint } = syncRefusalOf(() => parseAt(text, nowMs))
      expect([code, hint]).toEqual(['usage', expect.stringContaining('--at +36h')])
    },
  )
})
