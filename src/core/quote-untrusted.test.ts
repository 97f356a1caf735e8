import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteUntrusted } from './quote-untrusted.ts'

describe('quoteUntrusted', () => {
  it('leaves printable ASCII as it is, in quotes', () => {
    expect(quoteUntrusted('kubemaster-1')).toBe('"kubemaster-1"')
  })

  it('escapes newlines, terminal escapes, quotes, and everything beyond ASCII', () => {
    expect(quoteUntrusted('a\n\u001b[31m"\\é\u{1f511}')).toBe('"a\\x0a\\x1b[31m\\"\\\\\\xe9\\u{1f511}"')
  })

  it('never gives more than 128 bytes, nor anything but printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const quoted = quoteUntrusted(text)
        expect(Buffer.byteLength(quoted)).toBeLessThanOrEqual(128)
        expect(quoted).toMatch(/^"[\x20-\x7e]*"$/)
      }),
    )
  })

  it('shows that it has cut something', () => {
    expect(quoteUntrusted('x'.repeat(200))).toMatch(/^"x+\.\.\."$/)
  })
})
