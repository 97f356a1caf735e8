import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildCsr, buildName } from '../../test/support/x509/build-csr.ts'
import { SignetError } from '../core/signet-error.ts'
import { type Csr, parseCsr } from './parse-csr.ts'

const valid = buildCsr()

// The CSR, or undefined where it was refused. Anything thrown but `bad-data` is a defect and fails the test.
function parseOrRefuse(der: Uint8Array): Csr | undefined {
  try {
    return parseCsr(der)
  } catch (error) {
    if (error instanceof SignetError && error.code === 'bad-data') return undefined
    throw error
  }
}

describe('parseCsr', () => {
  // No byte of a CSR is outside what is signed, but the signature and its algorithm; and those have one form each.
  it('refuses every single-bit change of a valid CSR', () => {
    for (let bit = 0; bit < valid.length * 8; bit++) {
      const changed = Buffer.from(valid)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(parseOrRefuse(changed), `bit ${bit}`).toBeUndefined()
    }
  })

  it('refuses every truncation, front and back', () => {
    for (let length = 0; length < valid.length; length++) {
      expect(parseOrRefuse(valid.subarray(0, length))).toBeUndefined()
      expect(parseOrRefuse(valid.subarray(valid.length - length))).toBeUndefined()
    }
  })

  it('refuses any byte replaced, put in or taken out', () => {
    const edit = fc.record({
      at: fc.nat(valid.length - 1),
      take: fc.integer({ min: 0, max: 2 }),
      put: fc.uint8Array({ maxLength: 3 }),
    })
    fc.assert(
      fc.property(edit, ({ at, take, put }) => {
        const changed = Buffer.concat([valid.subarray(0, at), put, valid.subarray(at + take)])
        expect(parseOrRefuse(changed) === undefined || changed.equals(valid)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('throws nothing but bad-data on arbitrary bytes, also behind a plausible beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(valid.length), (bytes, kept) => {
        expect(parseOrRefuse(bytes)).toBeUndefined()
        parseOrRefuse(Buffer.concat([valid.subarray(0, kept), bytes]))
      }),
      { numRuns: 2000 },
    )
  })

  it('returns the very name that was asked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (name) => {
        fc.pre([...name].length <= 64)
        expect(parseCsr(buildCsr({ subject: buildName([['CN', name]]) })).commonName).toBe(name)
      }),
      { numRuns: 200 },
    )
  })
})
