import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { buildCsr, hex, testKey } from '../../../test/support/x509/build-csr.ts'
import { keyOid, oid } from '../der/oid.ts'
import {
  writeBitString,
  writeElement,
  writeNull,
  writeOid,
  writeSequence,
  writeUnsignedInteger,
} from '../der/write-der.ts'
import { parseCsr } from '../parse-csr.ts'

const x = Buffer.from(testKey.export({ format: 'jwk' }).x ?? '', 'base64url')
const y = Buffer.from(testKey.export({ format: 'jwk' }).y ?? '', 'base64url')
const point = Buffer.concat([hex('04'), x, y])
const odd = ((y.at(-1) ?? 0) & 1) === 1

function ecSpki(bits: Uint8Array, parameters: Uint8Array = writeOid(keyOid.p256)): Buffer {
  return writeSequence(writeSequence(writeOid(keyOid.ec), parameters), writeBitString(bits))
}

function rsaSpki(modulus: Uint8Array, exponent: Uint8Array, parameters: Uint8Array = writeNull()): Buffer {
  const key = writeSequence(writeUnsignedInteger(modulus), writeUnsignedInteger(exponent))
  return writeSequence(writeSequence(writeOid(keyOid.rsa), parameters), writeBitString(key))
}

function rsaModulus(bits: number): Buffer {
  const modulus = Buffer.alloc(bits / 8, 0xff)
  modulus[0] = 0x80
  return modulus
}

const usual = hex('010001')

function refused(spki: Uint8Array): string {
  const error = syncRefusalOf(() => parseCsr(buildCsr({ spki })))
  expect(error.code).toBe('bad-data')
  return error.message
}

describe('a key is refused:', () => {
  const good = rsaModulus(2048)
  const even = Buffer.from(good)
  even[even.length - 1] = 0xfe
  const offCurve = Buffer.from(point)
  offCurve[64] = (offCurve[64] ?? 0) ^ 1
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['RSA of 1024 bits', rsaSpki(rsaModulus(1024), usual), /1024 bits, fewer than 2048/],
    ['RSA of 2047 bits', rsaSpki(Buffer.concat([hex('40'), good.subarray(1)]), usual), /2047 bits, fewer than 2048/],
    ['RSA of 8200 bits', rsaSpki(rsaModulus(8200), usual), /8200 bits, more than 8192/],
    ['an even RSA modulus', rsaSpki(even, usual), /even modulus/],
    ['RSA exponent 1', rsaSpki(good, hex('01')), /exponent 1, less than 65537/],
    ['RSA exponent 3', rsaSpki(good, hex('03')), /exponent 3, less than 65537/],
    ['RSA exponent 65535', rsaSpki(good, hex('ffff')), /exponent 65535, less than/],
    ['an even RSA exponent', rsaSpki(good, hex('010002')), /even exponent/],
    ['an RSA exponent of 32 bits', rsaSpki(good, hex('80000001')), /exponent over 31 bits/],
    ['an RSA exponent of 40 bits', rsaSpki(good, hex('8000000001')), /exponent over 31 bits/],
    ['RSA exponent 0', rsaSpki(good, hex('00')), /RSA exponent that is not positive/],
    ['RSA without parameters', rsaSpki(good, usual, Buffer.alloc(0)), /ends too early/],
    ['RSA with parameters other than NULL', rsaSpki(good, usual, writeSequence()), /tag 0x30 where 0x5/],
    ['a compressed point', ecSpki(Buffer.concat([hex(odd ? '03' : '02'), x])), /compressed form/],
    ['a hybrid point', ecSpki(Buffer.concat([hex(odd ? '07' : '06'), x, y])), /not a point/],
    ['a point that is cut', ecSpki(point.subarray(0, 64)), /not a point/],
    ['the point at infinity', ecSpki(hex('00')), /not a point/],
    ['a point off the curve', ecSpki(offCurve), /point off its curve/],
    ['a point of zeros', ecSpki(Buffer.concat([hex('04'), Buffer.alloc(64)])), /point off its curve/],
    ['explicit curve parameters', ecSpki(point, writeSequence(hex('020101'))), /without a named curve/],
    ['EC without parameters', ecSpki(point, Buffer.alloc(0)), /without a named curve/],
    ['something after the curve', ecSpki(point, Buffer.concat([writeOid(keyOid.p256), writeNull()])), /trailing bytes/],
    ['secp256k1', ecSpki(point, writeOid(oid('1.3.132.0.10'))), /curve other than P-256/],
    ['P-224', ecSpki(point, writeOid(oid('1.3.132.0.33'))), /curve other than P-256/],
    ['an Ed25519 key of 31 bytes', ed25519Spki(Buffer.alloc(31, 9)), /not 32 bytes/],
    ['Ed25519 with parameters', ed25519Spki(Buffer.alloc(32, 9), writeNull()), /trailing bytes/],
    [
      'something after the key',
      writeSequence(writeSequence(writeOid(keyOid.ec), writeOid(keyOid.p256)), writeBitString(point), writeNull()),
      /trailing bytes/,
    ],
    [
      'a key with unused bits',
      writeSequence(
        writeSequence(writeOid(keyOid.ec), writeOid(keyOid.p256)),
        writeElement(3, hex('04'), Buffer.alloc(65)),
      ),
      /BIT STRING with unused bits/,
    ],
  ]
  it.each(cases)('%s', (_title, spki, message) => {
    expect(refused(spki)).toMatch(message)
  })

  it('bytes after an RSA key inside its BIT STRING', () => {
    const key = writeSequence(writeUnsignedInteger(good), writeUnsignedInteger(usual))
    const bits = writeBitString(Buffer.concat([key, hex('00')]))
    expect(refused(writeSequence(writeSequence(writeOid(keyOid.rsa), writeNull()), bits))).toMatch(/trailing bytes/)
  })

  it('a negative RSA modulus', () => {
    const key = writeSequence(writeElement(2, rsaModulus(2048)), writeUnsignedInteger(usual))
    const spki = writeSequence(writeSequence(writeOid(keyOid.rsa), writeNull()), writeBitString(key))
    expect(refused(spki)).toMatch(/RSA modulus that is not positive/)
  })

  it.each(['ed448', 'x25519'] as const)('%s', (type) => {
    const { publicKey } = type === 'ed448' ? generateKeyPairSync('ed448') : generateKeyPairSync('x25519')
    expect(refused(exportSpki(publicKey))).toMatch(/key of a kind that is not supported/)
  })

  it('an RSA-PSS key', () => {
    const { publicKey } = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
    expect(refused(exportSpki(publicKey))).toMatch(/key of a kind that is not supported/)
  })
})

// With such a key R = identity and S = 0 verify over every text, so that nobody needs to hold anything: Node 20 and Go take
// it, Node 24 does not.
describe('an Ed25519 key for which one signature fits every text is refused:', () => {
  const anySignature = Buffer.concat([hex('01'), Buffer.alloc(63)])
  it.each([
    ['the identity', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['the identity with its sign bit', '0100000000000000000000000000000000000000000000000000000000000080'],
    ['the identity, not reduced', 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['zero', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['zero, not reduced', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff'],
    ['order 2', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['order 8, the other', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
  ])('%s', (_title, key) => {
    const algorithm = writeSequence(writeOid(keyOid.ed25519))
    const der = buildCsr({ spki: ed25519Spki(hex(key)), algorithm, signature: () => anySignature })
    expect(syncRefusalOf(() => parseCsr(der)).message).toMatch(/small order/)
  })
})

function ed25519Spki(key: Uint8Array, ...parameters: Buffer[]): Buffer {
  return writeSequence(writeSequence(writeOid(keyOid.ed25519), ...parameters), writeBitString(key))
}

function exportSpki(key: KeyObject): Buffer {
  return createPublicKey({ key: key.export({ type: 'spki', format: 'pem' }), format: 'pem' }).export({
    type: 'spki',
    format: 'der',
  })
}
