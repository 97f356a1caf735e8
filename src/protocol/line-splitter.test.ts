import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { LineSplitter } from './line-splitter.ts'

describe('LineSplitter', () => {
  it('finds the same lines however the bytes are cut', () => {
    const text = fc.array(fc.constantFrom('a', '\n', 'é', '{}'), { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (whole, cuts) => {
        const splitter = new LineSplitter(1000)
        const bytes = Buffer.from(whole)
        const lines: string[] = []
        for (let start = 0; start < bytes.length; ) {
          const step = cuts.next().value ?? 1
          lines.push(...splitter.push(bytes.subarray(start, start + step)))
          start += step
        }
        expect(lines).toEqual(whole.split('\n').slice(0, -1))
      }),
    )
  })

  it('refuses a line that is too long before its end has come', () => {
    const splitter = new LineSplitter(10)
    expect(splitter.push(Buffer.from('0123456789\n'))).toEqual(['0123456789'])
    expect(() => splitter.push(Buffer.from('01234567890'))).toThrow(SignetError)
  })
})
