import { describe, expect, it } from 'vitest'
import { areJoinsOpen, isJoinsSetting } from './joins-window.ts'

const until = '2031-05-17T12:30:00Z'

describe('areJoinsOpen', () => {
  it('says what the setting says, and opens until a time', () => {
    expect(areJoinsOpen('open', 0)).toBe(true)
    expect(areJoinsOpen('closed', 0)).toBe(false)
    expect(areJoinsOpen(until, Date.parse(until) - 1)).toBe(true)
    expect(areJoinsOpen(until, Date.parse(until))).toBe(false)
  })

  it('closes where the setting is none', () => {
    expect(areJoinsOpen('tomorrow', 0)).toBe(false)
  })
})

describe('isJoinsSetting', () => {
  it.each(['open', 'closed', until, '2031-05-17T12:30:00.5Z'])('takes %s', (text) => {
    expect(isJoinsSetting(text)).toBe(true)
  })

  it.each(['', 'Open', '1h', '2031-05-17', '2031-13-17T12:30:00Z', '2031-05-17T12:30:00+02:00', `${until}\n`])(
    'refuses %j',
    (text) => {
      expect(isJoinsSetting(text)).toBe(false)
    },
  )
})
