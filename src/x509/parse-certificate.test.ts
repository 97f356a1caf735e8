import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { buildName, hex } from '../../test/support/x509/build-csr.ts'
import { clientTemplate, createTestCa, testNowMs } from '../../test/support/x509/test-ca.ts'
import { SignetError } from '../core/signet-error.ts'
import { extensionOid, oid } from './der/oid.ts'
import {
  writeBitString,
  writeElement,
  writeExplicit,
  writeNamedBits,
  writeOctetString,
  writeOid,
  writeSequence,
  writeTime,
  writeTrue,
} from './der/write-der.ts'
import { signatureAlgorithms } from './key/signature-algorithm.ts'
import { isSignedBy, parseCertificate } from './parse-certificate.ts'

const authority = createTestCa()
const { certificate: ca, key } = authority

interface BodyParts {
  readonly version?: Buffer
  readonly serial?: Buffer
  readonly algorithm?: Buffer
  readonly validity?: Buffer
  readonly extensions?: readonly Buffer[]
  readonly extra?: Buffer
}

// A certificate with a right signature over parts that may be wrong.
function build(parts: BodyParts = {}): Buffer {
  const identifier = signatureAlgorithms.ecdsaSha256.identifier
  const body = writeSequence(
    parts.version ?? hex('a003 020102'),
    parts.serial ?? hex('020101'),
    parts.algorithm ?? identifier,
    ca.subject,
    parts.validity ?? writeSequence(writeTime(testNowMs), writeTime(testNowMs + 1000)),
    buildName([['CN', 'kubemaster-1']]),
    clientTemplate.publicKey,
    ...(parts.extensions === undefined ? [] : [writeExplicit(3, writeSequence(...parts.extensions))]),
    parts.extra ?? Buffer.alloc(0),
  )
  return writeSequence(body, identifier, writeBitString(sign('sha256', body, key)))
}

function extension(oidHex: string, ...rest: Buffer[]): Buffer {
  return writeSequence(writeOid(oidHex), ...rest)
}

const san = (...names: Buffer[]): Buffer =>
  extension(extensionOid.subjectAltName, writeOctetString(writeSequence(...names)))

describe('parseCertificate', () => {
  it('reads everything that was written', () => {
    const certificate = parseCertificate(
      authority.issue({
        keyUsage: ['keyEncipherment', 'digitalSignature'],
        extendedKeyUsage: ['clientAuth', 'serverAuth'],
        dnsNames: ['etcd-1', 'localhost'],
        ipAddresses: ['192.0.2.1', '2001:db8::1', '::1'],
      }),
    )
    expect(certificate).toMatchObject({
      serialHex: '80112233445566778899aabbccddeeff',
      subjectCommonName: 'kubemaster-1',
      issuer: ca.subject,
      notBeforeMs: clientTemplate.notBeforeMs,
      notAfterMs: clientTemplate.notAfterMs,
      isCa: false,
      pathLength: undefined,
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      dnsNames: ['etcd-1', 'localhost'],
      ipAddresses: ['192.0.2.1', '2001:db8::1', '::1'],
      authorityKeyId: ca.subjectKeyId,
    })
    expect(certificate.publicKey.spki).toEqual(clientTemplate.publicKey)
  })

  it('reads a CA', () => {
    expect(ca).toMatchObject({ isCa: true, pathLength: 0, keyUsage: ['keyCertSign', 'cRLSign'], extendedKeyUsage: [] })
    expect(ca.subjectKeyId).toHaveLength(20)
    expect(ca.authorityKeyId).toEqual(ca.subjectKeyId)
  })

  it('reads a certificate without extensions, of version 3 and 1', () => {
    for (const version of [hex('a003 020102'), Buffer.alloc(0)]) {
      const certificate = parseCertificate(build({ version }))
      expect(certificate).toMatchObject({ isCa: false, keyUsage: [], dnsNames: [], subjectKeyId: undefined })
      expect(isSignedBy(certificate, ca)).toBe(true)
    }
  })

  it('reads past extensions that it does not know and that are not critical', () => {
    const unknown = extension(oid('1.2.3.4'), writeOctetString(hex('0500')))
    expect(parseCertificate(build({ extensions: [unknown] })).isCa).toBe(false)
  })

  const value = writeOctetString(hex('0500'))
  const cases: readonly (readonly [string, BodyParts, RegExp])[] = [
    ['version 2', { version: hex('a003 020101') }, /version other than 1 and 3/],
    ['version 1 that is encoded', { version: hex('a003 020100') }, /version other than/],
    ['two versions', { version: hex('a006 020102 020102') }, /trailing bytes/],
    ['serial number 0', { serial: hex('020100') }, /serial number that is not positive/],
    ['a negative serial number', { serial: hex('020180') }, /serial number that is not positive/],
    ['two algorithms', { algorithm: signatureAlgorithms.ecdsaSha384.identifier }, /names two signature algorithms/],
    ['a third date', { validity: writeSequence(writeTime(0), writeTime(0), writeTime(0)) }, /trailing bytes/],
    ['something at the end', { extra: hex('0500') }, /trailing bytes/],
    [
      'an unknown critical extension',
      { extensions: [extension('2a03', writeTrue(), value)] },
      /critical extension that is/,
    ],
    [
      'an extension twice',
      { extensions: [extension('2a03', value), extension('2a03', value)] },
      /same extension twice/,
    ],
    ['an extension with a third part', { extensions: [extension('2a03', value, value)] }, /trailing bytes/],
    ['an empty subjectAltName', { extensions: [san()] }, /empty subjectAltName/],
    ['an IP address of 5 bytes', { extensions: [san(writeElement(0x87, Buffer.alloc(5)))] }, /neither 4 nor 16 bytes/],
    ['an IP address of 8 bytes', { extensions: [san(writeElement(0x87, Buffer.alloc(8)))] }, /neither 4 nor 16 bytes/],
    ['a NUL in a DNS name', { extensions: [san(writeElement(0x82, Buffer.from('a\0b')))] }, /DNS name with characters/],
    ['an empty DNS name', { extensions: [san(writeElement(0x82))] }, /DNS name with characters/],
    [
      'a path length without being a CA',
      { extensions: [extension(extensionOid.basicConstraints, writeOctetString(hex('3003020100')))] },
      /path length without being a CA/,
    ],
    [
      'CA:FALSE that is encoded',
      { extensions: [extension(extensionOid.basicConstraints, writeOctetString(hex('3003010100')))] },
      /encoded default/,
    ],
    [
      'a path length that is no small number',
      { extensions: [extension(extensionOid.basicConstraints, writeOctetString(hex('30060101ff0201ff')))] },
      /path length that is not 0 to 127/,
    ],
    [
      'a key usage that does not exist',
      { extensions: [extension(extensionOid.keyUsage, writeOctetString(writeNamedBits([9])))] },
      /key usage that does not exist/,
    ],
    [
      'bytes after an extension',
      { extensions: [extension(extensionOid.basicConstraints, writeOctetString(hex('30000500')))] },
      /trailing bytes/,
    ],
  ]
  it.each(cases)('refuses %s', (_title, parts, message) => {
    const error = syncRefusalOf(() => parseCertificate(build(parts)))
    expect(error.code).toBe('bad-data')
    expect(error.message).toMatch(message)
  })

  it('refuses a certificate with bytes after it', () => {
    expect(syncRefusalOf(() => parseCertificate(Buffer.concat([ca.der, hex('00')]))).message).toMatch(/trailing bytes/)
  })
})

describe('isSignedBy', () => {
  const leaf = parseCertificate(authority.issue())

  it('holds for a certificate and its issuer, and for a CA and itself', () => {
    expect(isSignedBy(leaf, ca)).toBe(true)
    expect(isSignedBy(ca, ca)).toBe(true)
  })

  it('does not hold for another CA of the same name', () => {
    expect(isSignedBy(leaf, createTestCa().certificate)).toBe(false)
  })

  it('does not hold for another CA of the same name without key identifiers to tell it by', () => {
    const other = createTestCa().certificate
    expect(isSignedBy({ ...leaf, authorityKeyId: undefined }, other)).toBe(false)
  })

  it('does not hold for the same key under another name', () => {
    expect(isSignedBy(leaf, createTestCa(key, { subjectCommonName: 'Other CA' }).certificate)).toBe(false)
  })

  it('does not hold for an issuer that is no CA or may not sign certificates', () => {
    expect(isSignedBy(leaf, { ...ca, isCa: false })).toBe(false)
    expect(isSignedBy(leaf, { ...ca, keyUsage: ['cRLSign'] })).toBe(false)
  })

  it('does not hold for a CA whose kind of key does not fit', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const other = { ...createTestCa(rsa).certificate, subjectKeyId: ca.subjectKeyId }
    expect(isSignedBy(leaf, other)).toBe(false)
  })

  it('does not hold after any change of one bit', () => {
    for (let bit = 0; bit < leaf.der.length * 8; bit++) {
      const changed = Buffer.from(leaf.der)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(isStillSigned(changed), `bit ${bit}`).toBe(false)
    }
  })
})

function isStillSigned(der: Buffer): boolean {
  try {
    return isSignedBy(parseCertificate(der), ca)
  } catch (error) {
    if (error instanceof SignetError && error.code === 'bad-data') return false
    throw error
  }
}
