import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { clientTemplate, createTestCa, spkiOf } from '../../../test/support/x509/test-ca.ts'
import { parseCertificate } from '../parse-certificate.ts'
import { subjectKeyId } from '../subject-key-id.ts'
import { writeCertificate } from './write-certificate.ts'

const authority = createTestCa()

describe('writeCertificate', () => {
  it('is pure but for the nonce: an RSA CA writes the same bytes twice', () => {
    const rsa = createTestCa(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    expect(rsa.issue()).toEqual(rsa.issue())
    const [one, other] = [parseCertificate(authority.issue()), parseCertificate(authority.issue())]
    expect(one.signed.body).toEqual(other.signed.body)
  })

  it.each([
    ['a serial number of 8 bytes', { serial: Buffer.alloc(8, 1) }, /serial number/],
    ['serial number 0', { serial: Buffer.alloc(16) }, /serial number/],
    ['an empty name', { subjectCommonName: '' }, /empty name/],
    ['milliseconds', { notAfterMs: clientTemplate.notAfterMs + 1 }, /whole seconds/],
    ['no time', { notBeforeMs: Number.NaN }, /whole seconds/],
    ['an end before its beginning', { notAfterMs: clientTemplate.notBeforeMs - 1000 }, /end that is not after/],
    ['a path length of 128', { isCa: true, pathLength: 128 }, /path length/],
  ])('refuses %s as a defect of ours', (_title, parts, message) => {
    const error = syncRefusalOf(() => authority.issue(parts))
    expect(error.code).toBe('internal')
    expect(error.message).toMatch(message)
  })

  it('refuses a signing key that is not supported', () => {
    for (const key of [generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), generateKeyPairSync('ed448')]) {
      const signer = { key: key.privateKey, issuerSubject: 'self', subjectKeyId: 'self' } as const
      expect(syncRefusalOf(() => writeCertificate(clientTemplate, signer)).code).toBe('configuration')
    }
  })

  it('makes the authority key identifier from the key where the CA certificate has none', () => {
    const { key, certificate } = authority
    const signer = { key, issuerSubject: certificate.subject, subjectKeyId: undefined }
    expect(parseCertificate(writeCertificate(clientTemplate, signer)).authorityKeyId).toEqual(certificate.subjectKeyId)
  })
})

describe('subjectKeyId', () => {
  it('is the leftmost 160 bits of SHA-256 of the key, without the header of its BIT STRING', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', raw))
    expect(subjectKeyId(spkiOf(publicKey))).toEqual(digest.subarray(0, 20))
  })
})
