import { describe, expect, it } from 'vitest'
import { tellTime, tellTimesIn } from './tell-time.ts'

const nowMs = Date.UTC(2031, 0, 1, 13)
const minuteMs = 60_000
const dayMs = 1440 * minuteMs

describe('tellTime', () => {
  it.each([
    [14 * 60 * minuteMs + 12 * minuteMs, 'in 14 h 12 m, 03:12 UTC'],
    [59_999, 'now, 13:00 UTC'],
    [minuteMs, 'in 1 m, 13:01 UTC'],
    [-5 * minuteMs, '5 m ago, 12:55 UTC'],
    [-245 * minuteMs, '4 h 5 m ago, 08:55 UTC'],
    [dayMs - 1, 'in 23 h 59 m, 12:59 UTC'],
    [dayMs, 'in 1 d 0 h, 2031-01-02 13:00 UTC'],
    [7 * dayMs, 'in 7 days, 2031-01-08'],
    [-400 * dayMs, '400 days ago, 2029-11-27'],
  ])('tells %i ms from now', (ms, text) => {
    expect(tellTime(nowMs + ms, nowMs)).toBe(text)
  })
})

describe('tellTimesIn', () => {
  it('says behind each time how far off it is, and leaves all else', () => {
    expect(tellTimesIn('valid until 2031-01-02T03:12:00.000Z, since 2031-01-01T12:55:00Z', nowMs)).toBe(
      'valid until 2031-01-02T03:12:00Z (in 14 h 12 m), since 2031-01-01T12:55:00Z (5 m ago)',
    )
    for (const text of ['2031-99-99T99:99:99Z', '2031-01-02', '192.0.2.1:2379'])
      expect(tellTimesIn(text, nowMs)).toBe(text)
  })
})
