import { describe, expect, it } from 'vitest'
import { formatFindings } from './format-findings.ts'

describe('formatFindings', () => {
  it('puts the worst last, with why and what to type', () => {
    const text = formatFindings([
      { check: 'a', level: 'broken', what: 'the key is gone', why: 'no handshake succeeds', fix: 'signet request' },
      { check: 'b', level: 'well', what: 'the clock is right' },
    ])
    expect(text).toBe(
      `ok        the clock is right
BROKEN    the key is gone
          why:  no handshake succeeds
          type: signet request
`,
    )
  })
})
