import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeWith, withFiles } from '../../../test/support/shell/external-program.ts'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { hex } from '../../../test/support/x509/build-csr.ts'
import { openssl } from '../../../test/support/x509/openssl.ts'
import { checkDer } from './check-der.ts'
import { derTag } from './der-tag.ts'
import { oid } from './oid.ts'
import { DerReader } from './strict-der.ts'
import {
  writeBitString,
  writeElement,
  writeNamedBits,
  writeNull,
  writeOctetString,
  writeOid,
  writeSequence,
  writeSetOf,
  writeTime,
  writeTrue,
  writeUnsignedInteger,
  writeUtf8String,
} from './write-der.ts'

const document = { name: 'the test', hint: 'none' }
const read = (bytes: Uint8Array): DerReader => new DerReader(document, Buffer.from(bytes))
const check = (bytes: Uint8Array): void => checkDer(document, Buffer.from(bytes))

describe('checkDer', () => {
  it.each([
    ['an unknown type', '0900', /type that no certificate has/],
    ['end-of-contents', '0000', /type that no certificate has/],
    ['a primitive SEQUENCE', '1000', /type that no certificate has/],
    ['a constructed OCTET STRING', '2402 0400', /constructed encoding of a primitive/],
    ['a BOOLEAN of two bytes', '0102 ffff', /BOOLEAN/],
    ['a BOOLEAN without content', '0100', /BOOLEAN/],
    ['a BOOLEAN of 01', '0101 01', /BOOLEAN/],
    ['a padded negative INTEGER', '0202 ff80', /needless leading byte/],
    ['an empty BIT STRING', '0300', /without a count/],
    ['eight unused bits', '0302 0800', /without a count/],
    ['unused bits of nothing', '0301 01', /empty BIT STRING with unused bits/],
    ['unused bits that are set', '0302 0407', /unused bits are not zero/],
    ['letters in NumericString', '1201 41', /NumericString/],
    ['a control character in VisibleString', '1a01 1b', /VisibleString/],
    ['half a BMPString character', '1e01 41', /BMPString that breaks off/],
    ['half a UniversalString character', '1c02 0041', /UniversalString that breaks off/],
    ['a UniversalString over 10FFFF', '1c04 00110000', /UniversalString with characters that do not exist/],
    ['a UniversalString at the end of 32 bits', '1c04 ffffffff', /UniversalString with characters that do not exist/],
    ['a surrogate in UniversalString', '1c08 00000041 0000dfff', /UniversalString with characters that do not exist/],
    ['a surrogate in BMPString', '1e02 d800', /BMPString with characters that do not exist/],
    ['a pair of surrogates in BMPString', '1e04 d83dde00', /BMPString with characters that do not exist/],
    ['a surrogate in UTF8String', '0c03 eda080', /not UTF-8/],
    ['UTF-8 over 10FFFF', '0c04 f4908080', /not UTF-8/],
    ['a relative OID that breaks off', '0d01 81', /OBJECT IDENTIFIER that breaks off/],
    ['an overlong UTF-8 slash', '0c02 c0af', /not UTF-8/],
    ['an unsorted SET OF', '3106 020102 020101', /unsorted SET OF/],
    ['a child longer than its parent', '3003 040200', /length over the end/],
    ['a header without a length', '30', /ends too early/],
    ['a length that breaks off', '3082 01', /ends too early/],
    ['trailing bytes', '0500 00', /trailing bytes/],
    ['a fault deep inside a context tag', 'a004 3002 0101', /length over the end/],
    ['UTCTime without seconds', '170b 323630313031303030305a', /time not in the form/],
    ['UTCTime with an offset', '1711 3236303130313030303030302b30313030', /time not in the form/],
    ['GeneralizedTime with a fraction', '1811 32303630303130313030303030302e355a', /time not in the form/],
  ])('refuses %s', (_title, bytes, message) => {
    const error = syncRefusalOf(() => check(hex(bytes)))
    expect(error.code).toBe('bad-data')
    expect(error.message).toMatch(message)
  })

  it.each([
    '260230000000Z',
    '260001000000Z',
    '261301000000Z',
    '260101240000Z',
    '260101006000Z',
    '260101000060Z',
    '250229000000Z',
    '260431000000Z',
  ])('refuses the date %s, which does not exist', (text) => {
    expect(syncRefusalOf(() => check(writeElement(derTag.utcTime, Buffer.from(text)))).message).toMatch(/time not in/)
  })

  it('says at which byte', () => {
    expect(syncRefusalOf(() => check(hex('3006 020101 020200'))).message).toMatch(
      /^the test is not strict DER: .* \(byte 5\)$/,
    )
  })

  it('throws nothing but bad-data on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          check(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-data' })
        }
      }),
      { numRuns: 3000 },
    )
  })
})

// Every tree that the writer can make.
const { tree } = fc.letrec<{ tree: Buffer; leaf: Buffer }>((tie) => ({
  leaf: fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => writeOctetString(bytes)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => writeUnsignedInteger(bytes)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => writeBitString(bytes)),
    fc.string({ unit: 'grapheme' }).map((text) => writeUtf8String(text)),
    fc.uniqueArray(fc.nat(20)).map((bits) => writeNamedBits(bits)),
    fc.constantFrom(writeNull(), writeTrue(), writeOid(oid('1.2.840.113549.1.1.11'))),
    fc.integer({ min: -631_152_000, max: 4_000_000_000 }).map((seconds) => writeTime(seconds * 1000)),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 5 }).map((children) => writeSequence(...children)),
    fc.array(tie('tree'), { maxLength: 5 }).map((children) => writeSetOf(...children)),
  ),
}))

describe('the writer and the reader', () => {
  it('agree: whatever is written is strict DER', () => {
    fc.assert(fc.property(tree, (bytes) => check(bytes)))
  })

  it('round-trip every length', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const reader = read(writeOctetString(Buffer.alloc(length, 7)))
      expect(reader.readOctetString().length).toBe(length)
      reader.finish()
    }
  })

  it('round-trip unsigned integers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 160n }), (value) => {
        const text = value.toString(16)
        const magnitude = Buffer.from(text.padStart(text.length + (text.length % 2) + 4, '0'), 'hex')
        const back = read(writeUnsignedInteger(magnitude)).readPositiveInteger('a number').toString('hex')
        expect(BigInt(`0x${back}`)).toBe(value)
      }),
    )
  })

  it('round-trip named bits', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20)), (bits) => {
        expect(read(writeNamedBits(bits)).readNamedBits()).toEqual(bits.toSorted((one, other) => one - other))
      }),
    )
    expect(syncRefusalOf(() => read(hex('0302 0080')).readNamedBits()).message).toMatch(/trailing zeros/)
  })

  it('round-trip times, UTCTime to the end of 2049 and GeneralizedTime after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -631_152_000, max: 253_402_300_799 }), (seconds) => {
        expect(read(writeTime(seconds * 1000)).readTime()).toBe(seconds * 1000)
      }),
    )
    expect(writeTime(Date.UTC(2049, 11, 31, 23, 59, 59))).toEqual(Buffer.from('\x17\x0d491231235959Z', 'latin1'))
    expect(writeTime(Date.UTC(2050, 0, 1))).toEqual(Buffer.from('\x18\x0f20500101000000Z', 'latin1'))
    expect(syncRefusalOf(() => read(Buffer.from('\x18\x0f20491231235959Z', 'latin1')).readTime()).message).toMatch(
      /GeneralizedTime before 2050/,
    )
  })
})

describeWith('openssl', 'the writer, judged by openssl,', () => {
  it('writes what openssl reads', () => {
    for (const bytes of fc.sample(tree, 20)) {
      expect(openssl(['asn1parse', '-inform', 'DER'], bytes).toString()).toMatch(/hl=/)
    }
  })

  it('writes OIDs as openssl does', () => {
    for (const dotted of ['2.5.4.3', '1.2.840.113549.1.9.14', '2.999.16383.16384', '0.9.2342.19200300.100.1.25']) {
      const generated = withFiles([''], (file) => {
        openssl(['asn1parse', '-genstr', `OID:${dotted}`, '-noout', '-out', file])
        return readFileSync(file)
      })
      expect(writeOid(oid(dotted))).toEqual(generated)
    }
  })
})

describe('DerReader', () => {
  it('refuses a type that is not due', () => {
    expect(syncRefusalOf(() => read(writeNull()).readInteger()).message).toBe(
      'the test is not strict DER: tag 0x5 where 0x2 is due (byte 0)',
    )
  })

  it('refuses what is left over', () => {
    const reader = read(Buffer.concat([writeNull(), writeNull()]))
    reader.readNull()
    expect(syncRefusalOf(() => reader.finish()).message).toMatch(/trailing bytes \(byte 2\)/)
  })

  it('refuses an encoded default', () => {
    expect(syncRefusalOf(() => read(hex('010100')).readDefaultFalse()).message).toMatch(/encoded default/)
  })

  it('counts bytes from the beginning of the document in parts of it, too', () => {
    const reader = read(writeSequence(writeOctetString(hex('0201')), writeNull()))
    const part = reader.readSequence().readOctetString()
    expect(syncRefusalOf(() => reader.over(part).readInteger()).message).toMatch(/length over the end \(byte 4\)/)
  })
})
