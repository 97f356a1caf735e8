import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import {
  buildAttribute,
  buildAttributes,
  buildCsr,
  buildExtensionRequest,
  buildName,
  buildNamePart,
  hex,
  testKey,
} from '../../test/support/x509/build-csr.ts'
import { derTag } from './der/der-tag.ts'
import { extensionOid, oid, signatureOid } from './der/oid.ts'
import {
  writeBitString,
  writeElement,
  writeNull,
  writeOctetString,
  writeOid,
  writeSequence,
  writeSetOf,
  writeUtf8String,
} from './der/write-der.ts'
import { parseCsr } from './parse-csr.ts'
import { writeCsr } from './write/write-csr.ts'

const valid = buildCsr()
const challengePassword = oid('1.2.840.113549.1.9.7')

function refused(der: Uint8Array): string {
  const error = syncRefusalOf(() => parseCsr(der))
  expect(error.code).toBe('bad-data')
  expect(error.hint).toBeTruthy()
  return error.message
}

// The valid CSR with its outer SEQUENCE header replaced: the length is 2 bytes long in it.
function withOuterHeader(header: string, end = ''): Buffer {
  return Buffer.concat([hex(header), valid.subarray(valid[1] === 0x82 ? 4 : 3), hex(end)])
}

describe('parseCsr on what is well formed', () => {
  it('returns the name and the key', () => {
    const { commonName, publicKey } = parseCsr(valid)
    expect(commonName).toBe('kubemaster-1')
    expect(publicKey).toMatchObject({ algorithm: 'p256', bits: 256 })
    expect(publicKey.spki).toEqual(createPublicKey(testKey).export({ type: 'spki', format: 'der' }))
    expect(publicKey.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('reads what writeCsr writes for every kind of key', () => {
    for (const [key, algorithm] of [
      [generateKeyPairSync('rsa', { modulusLength: 2048 }), 'rsa'],
      [generateKeyPairSync('ec', { namedCurve: 'P-384' }), 'p384'],
      [generateKeyPairSync('ec', { namedCurve: 'P-521' }), 'p521'],
      [generateKeyPairSync('ed25519'), 'ed25519'],
    ] as const) {
      const csr = parseCsr(writeCsr('etcd-1', key.privateKey))
      expect(csr.commonName).toBe('etcd-1')
      expect(csr.publicKey.algorithm).toBe(algorithm)
    }
  })

  it('keeps no hold on the bytes that it was given', () => {
    const given = Buffer.from(valid)
    const { publicKey } = parseCsr(given)
    const before = publicKey.spki.toString('hex')
    given.fill(0)
    expect(publicKey.spki.toString('hex')).toBe(before)
  })

  it('takes PrintableString and IA5String for the name, and reads past O and OU', () => {
    for (const tag of [derTag.printableString, derTag.ia5String]) {
      const subject = buildName([
        ['O', 'system:masters'],
        ['CN', 'kubemaster-2', tag],
        ['OU', 'one'],
        ['OU', 'two'],
      ])
      expect(parseCsr(buildCsr({ subject })).commonName).toBe('kubemaster-2')
    }
  })

  it('accepts attributes that are not a SEQUENCE, and a request for extensions that it never uses', () => {
    const password = buildAttribute(challengePassword, writeUtf8String('secret'))
    const request = buildExtensionRequest(
      writeSequence(writeOid(extensionOid.keyUsage), writeOctetString(hex('030205a0'))),
    )
    const attributes = buildAttributes(...[password, request].toSorted(Buffer.compare))
    expect(Object.keys(parseCsr(buildCsr({ attributes })))).toEqual(['commonName', 'publicKey'])
  })

  it('accepts SHA-384 and SHA-512 with a P-256 key', () => {
    for (const [digest, oidHex] of [
      ['sha384', signatureOid.ecdsaSha384],
      ['sha512', signatureOid.ecdsaSha512],
    ] as const) {
      expect(parseCsr(buildCsr({ digest, algorithm: writeSequence(writeOid(oidHex)) })).commonName).toBe('kubemaster-1')
    }
  })
})

describe('parseCsr refuses what is not strict DER:', () => {
  const body = valid.length - 3
  const length = body.toString(16).padStart(2, '0')
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['nothing at all', Buffer.alloc(0), /ends too early/],
    ['bytes after the end', Buffer.concat([valid, hex('00')]), /trailing bytes/],
    ['a second CSR after the first', Buffer.concat([valid, valid]), /trailing bytes/],
    ['the last byte missing', valid.subarray(0, -1), /length over the end/],
    ['an indefinite length', withOuterHeader('30 80', '0000'), /indefinite length/],
    ['a length with a leading zero', withOuterHeader(`30 82 00 ${length}`), /needless bytes/],
    ['a length of 2^40', withOuterHeader('30 85 01 00 00 00 00'), /length over the end/],
    ['a long form for a short length', buildCsr({ version: hex('02 81 01 00') }), /needless bytes/],
    ['an indefinite length inside', buildCsr({ attributes: hex('a0 80 00 00') }), /indefinite length/],
    ['a padded version', buildCsr({ version: hex('02 02 00 00') }), /needless leading byte/],
    ['an empty version', buildCsr({ version: hex('02 00') }), /INTEGER without content/],
    ['a tag of several bytes', buildCsr({ extra: hex('bf 81 00 00') }), /tag number over 30/],
    ['something after the attributes', buildCsr({ extra: hex('05 00') }), /trailing bytes/],
    ['no attributes at all', buildCsr({ attributes: Buffer.alloc(0) }), /no field for attributes: RFC 2986/],
    [
      'a constructed string',
      buildCsr({ subject: buildName([['CN', writeUtf8String('kubemaster-1'), 0x2c]]) }),
      /constructed encoding of a primitive type/,
    ],
  ]
  it.each(cases)('%s', (_title, der, message) => {
    expect(refused(der)).toMatch(message)
  })

  it('an unsorted SET OF', () => {
    const one = buildNamePart(['CN', 'kubemaster-1'])
    const other = buildNamePart(['O', 'x'])
    const [high, low] = [one, other].toSorted(Buffer.compare).toReversed()
    const subject = writeSequence(writeElement(derTag.set, high ?? one, low ?? other))
    expect(refused(buildCsr({ subject }))).toMatch(/unsorted SET OF/)
  })

  it('nesting without end', () => {
    let deep: Buffer = writeNull()
    for (let level = 0; level < 2000; level++) deep = writeSequence(deep)
    expect(refused(deep)).toMatch(/over 24 levels/)
    expect(refused(buildCsr({ attributes: buildAttributes(buildAttribute(challengePassword, deep)) }))).toMatch(
      /over 24/,
    )
  })
})

describe('parseCsr refuses a version or name that is not right:', () => {
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['version 2', buildCsr({ version: hex('02 01 01') }), /version other than 1/],
    ['a negative version', buildCsr({ version: hex('02 01 ff') }), /version other than 1/],
    ['an empty subject', buildCsr({ subject: writeSequence() }), /no common name/],
    ['a subject without CN', buildCsr({ subject: buildName([['O', 'kubemaster-1']]) }), /no common name/],
    ['an empty CN', buildCsr({ subject: buildName([['CN', '']]) }), /empty common name/],
    ['an RDN without content', buildCsr({ subject: writeSequence(writeSetOf()) }), /empty part of a name/],
    [
      'two CNs',
      buildCsr({
        subject: buildName([
          ['CN', 'kubemaster-1'],
          ['CN', 'kubemaster-2'],
        ]),
      }),
      /more than one common name/,
    ],
    [
      'two CNs in one RDN',
      buildCsr({
        subject: writeSequence(
          writeSetOf(buildNamePart(['CN', 'kubemaster-1']), buildNamePart(['CN', 'kubemaster-2'])),
        ),
      }),
      /more than one common name/,
    ],
    [
      'the same CN twice',
      buildCsr({
        subject: buildName([
          ['CN', 'kubemaster-1'],
          ['CN', 'kubemaster-1'],
        ]),
      }),
      /more than one common name/,
    ],
    ['a CN of 65 characters', buildCsr({ subject: buildName([['CN', 'k'.repeat(65)]]) }), /over 64 characters/],
    [
      'a CN in BMPString',
      buildCsr({ subject: buildName([['CN', hex('006b0075'), derTag.bmpString]]) }),
      /not UTF8String, PrintableString or IA5String/,
    ],
    [
      'a CN in TeletexString',
      buildCsr({ subject: buildName([['CN', 'kubemaster-1', derTag.teletexString]]) }),
      /not UTF8String, PrintableString or IA5String/,
    ],
    // Found by the fuzzer: OpenSSL reads no Name with such a part.
    ...[0x84, 0x4f, derTag.octetString, derTag.visibleString].map((tag): [string, Buffer, RegExp] => [
      `an O of tag 0x${tag.toString(16)} beside the CN`,
      buildCsr({
        subject: buildName([
          ['O', 'masters', tag],
          ['CN', 'kubemaster-1'],
        ]),
      }),
      /part of its name that is no string/,
    ]),
    ['invalid UTF-8', buildCsr({ subject: buildName([['CN', hex('6bc080')]]) }), /UTF8String that is not UTF-8/],
    ['a UTF-8 surrogate', buildCsr({ subject: buildName([['CN', hex('eda080')]]) }), /UTF8String that is not UTF-8/],
    [
      'an underscore in PrintableString',
      buildCsr({ subject: buildName([['CN', 'kubemaster-a_b', derTag.printableString]]) }),
      /PrintableString with characters/,
    ],
    [
      'a high byte in IA5String',
      buildCsr({ subject: buildName([['CN', hex('6bff'), derTag.ia5String]]) }),
      /IA5String with characters/,
    ],
  ]
  it.each(cases)('%s', (_title, der, message) => {
    expect(refused(der)).toMatch(message)
  })
})

describe('parseCsr refuses attributes that are not right:', () => {
  const keyUsage = writeSequence(writeOid(extensionOid.keyUsage), writeOctetString(hex('030205a0')))
  const password = (text: string): Buffer => buildAttribute(challengePassword, writeUtf8String(text))
  const withExtension = (...parts: Buffer[]): Buffer =>
    buildAttributes(buildExtensionRequest(writeSequence(writeOid(extensionOid.keyUsage), ...parts)))
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['the same attribute twice', buildAttributes(password('a'), password('b')), /same attribute twice/],
    ['an attribute without a value', buildAttributes(buildAttribute(challengePassword)), /without a value/],
    [
      'two extension requests',
      buildAttributes(buildExtensionRequest(keyUsage), buildExtensionRequest()),
      /not in ascending order|twice/,
    ],
    ['an extension twice', buildAttributes(buildExtensionRequest(keyUsage, keyUsage)), /same extension twice/],
    ['an encoded default', withExtension(hex('010100'), writeOctetString(hex('0500'))), /encoded default/],
    ['a BOOLEAN of 01', withExtension(hex('010101'), writeOctetString(hex('0500'))), /BOOLEAN not 00 or FF/],
    [
      'an extension that is not DER',
      withExtension(writeOctetString(hex('0501'))),
      /^the extension 2\.5\.29\.15 in the CSR is not/,
    ],
    ['bytes after an extension', withExtension(writeOctetString(hex('050000'))), /trailing bytes/],
    ['a NULL with content', buildAttributes(buildAttribute(challengePassword, hex('050100'))), /NULL with content/],
    ['padding bits', buildAttributes(buildAttribute(challengePassword, hex('03020401'))), /unused bits are not zero/],
    [
      'an OID that breaks off',
      buildAttributes(buildAttribute('2a86', writeNull())),
      /OBJECT IDENTIFIER that breaks off/,
    ],
    ['a padded OID', buildAttributes(buildAttribute('2a8001', writeNull())), /OBJECT IDENTIFIER with a needless/],
    ['an empty OID', buildAttributes(buildAttribute('', writeNull())), /OBJECT IDENTIFIER without content/],
  ]
  it.each(cases)('%s', (_title, attributes, message) => {
    expect(refused(buildCsr({ attributes }))).toMatch(message)
  })
})

describe('parseCsr refuses a signature that is not right:', () => {
  const algorithm = (oidHex: string, ...parameters: Buffer[]): Buffer => writeSequence(writeOid(oidHex), ...parameters)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const ed25519 = generateKeyPairSync('ed25519').privateKey
  const ecdsa = (body: Buffer): Buffer => sign('sha256', body, testKey)
  const cases: readonly (readonly [string, Buffer, RegExp])[] = [
    ['made by another key', buildCsr({ signature: (body) => sign('sha256', body, other) }), /own key did not make/],
    ['over something else', buildCsr({ signature: () => ecdsa(Buffer.from('else')) }), /own key did not make/],
    [
      'for a key that the caller does not hold',
      buildCsr({ spki: createPublicKey(other).export({ type: 'spki', format: 'der' }) }),
      /own key did not make/,
    ],
    [
      'SHA-1 with RSA',
      buildCsr({ key: rsa, digest: 'sha1', algorithm: algorithm(signatureOid.rsaSha1, writeNull()) }),
      /SHA-1/,
    ],
    [
      'MD5 with RSA',
      buildCsr({ key: rsa, digest: 'md5', algorithm: algorithm(signatureOid.rsaMd5, writeNull()) }),
      /MD5/,
    ],
    ['SHA-1 with ECDSA', buildCsr({ digest: 'sha1', algorithm: algorithm(signatureOid.ecdsaSha1) }), /SHA-1/],
    ['SHA-224 with ECDSA', buildCsr({ digest: 'sha224', algorithm: algorithm(signatureOid.ecdsaSha224) }), /SHA-224/],
    ['RSA-PSS', buildCsr({ key: rsa, algorithm: algorithm(signatureOid.rsaPss, writeSequence()) }), /RSA-PSS/],
    ['of an unknown algorithm', buildCsr({ algorithm: algorithm(oid('1.2.3.4')) }), /algorithm that is not supported/],
    [
      'RSA over an EC key',
      buildCsr({ algorithm: algorithm(signatureOid.rsaSha256, writeNull()) }),
      /does not fit its key/,
    ],
    [
      'ECDSA over an RSA key',
      buildCsr({ key: rsa, algorithm: algorithm(signatureOid.ecdsaSha256), signature: ecdsa }),
      /fit/,
    ],
    ['Ed25519 over an EC key', buildCsr({ algorithm: algorithm(oid('1.3.101.112')) }), /does not fit its key/],
    [
      'ECDSA with parameters',
      buildCsr({ algorithm: algorithm(signatureOid.ecdsaSha256, writeNull()) }),
      /wrong parameters/,
    ],
    [
      'RSA with parameters other than NULL',
      buildCsr({ key: rsa, algorithm: algorithm(signatureOid.rsaSha256, writeSequence()) }),
      /wrong parameters/,
    ],
    [
      'Ed25519 with parameters',
      buildCsr({ key: ed25519, algorithm: algorithm(oid('1.3.101.112'), writeNull()) }),
      /wrong parameters/,
    ],
    ['empty', buildCsr({ signature: () => Buffer.alloc(0) }), /ECDSA signature of the CSR is not strict DER/],
    [
      'followed by a byte',
      buildCsr({ signature: (body) => Buffer.concat([ecdsa(body), hex('00')]) }),
      /ECDSA signature of the CSR is not strict DER: trailing bytes/,
    ],
    [
      'with a third number',
      buildCsr({ signature: () => writeSequence(hex('020101 020101 020101')) }),
      /ECDSA signature of the CSR is not strict DER: trailing bytes/,
    ],
    ['with a zero', buildCsr({ signature: () => writeSequence(hex('020100 020101')) }), /number that is not positive/],
    ['with a negative number', buildCsr({ signature: () => writeSequence(hex('0201ff 020101')) }), /not positive/],
    ['with a padded number', buildCsr({ signature: () => writeSequence(hex('02020001 020101')) }), /needless leading/],
  ]
  it.each(cases)('%s', (_title, der, message) => {
    expect(refused(der)).toMatch(message)
  })

  it('with unused bits', () => {
    const der = Buffer.from(valid)
    const inSignature = der.lastIndexOf(hex('0300'.slice(0, 2)), der.length - 64)
    der[inSignature + 2] = 1
    der[der.length - 1] = (der.at(-1) ?? 0) & 0xfe
    expect(refused(der)).toMatch(/unused bits/)
  })

  it('with one bit changed', () => {
    const der = Buffer.from(valid)
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1
    expect(refused(der)).toMatch(/own key did not make/)
  })

  it('whose BIT STRING is wrapped once more', () => {
    const der = buildCsr({ signature: (body) => writeBitString(ecdsa(body)) })
    expect(refused(der)).toMatch(/ECDSA signature of the CSR is not strict DER/)
  })
})
