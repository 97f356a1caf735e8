import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Certificate, parseCertificate } from '../../../src/x509/parse-certificate.ts'
import { type CertificateTemplate, writeCertificate } from '../../../src/x509/write/write-certificate.ts'

/** A CA for tests; its time is an argument, as everywhere. */
export interface TestCa {
  readonly key: KeyObject
  readonly certificate: Certificate
  /** A certificate, DER, that differs from a plain client certificate in what is given. */
  issue(parts?: Partial<CertificateTemplate>): Buffer
}

/** Everything in tests happens now, but in whole seconds. */
export const testNowMs = Math.floor(Date.now() / 1000) * 1000

const hourMs = 3_600_000
const subjectKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

/** What tests issue where they do not care. */
export const clientTemplate: CertificateTemplate = {
  serial: Buffer.from('80112233445566778899aabbccddeeff', 'hex'),
  subjectCommonName: 'kubemaster-1',
  notBeforeMs: testNowMs - hourMs,
  notAfterMs: testNowMs + 24 * hourMs,
  publicKey: spkiOf(subjectKey),
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
  dnsNames: ['kubemaster-1'],
  ipAddresses: [],
}

/** A self-signed CA with this key that issues certificates. */
export function createTestCa(
  key: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  parts: Partial<CertificateTemplate> = {},
): TestCa {
  const template: CertificateTemplate = {
    ...clientTemplate,
    serial: Buffer.alloc(16, 1),
    subjectCommonName: 'Test CA',
    notAfterMs: testNowMs + 365 * 24 * hourMs,
    publicKey: spkiOf(createPublicKey(key)),
    isCa: true,
    pathLength: 0,
    keyUsage: ['keyCertSign', 'cRLSign'],
    extendedKeyUsage: [],
    dnsNames: [],
    ...parts,
  }
  const certificate = parseCertificate(writeCertificate(template, { key, issuerSubject: 'self', subjectKeyId: 'self' }))
  const signer = { key, issuerSubject: certificate.subject, subjectKeyId: certificate.subjectKeyId }
  return { key, certificate, issue: (leaf = {}) => writeCertificate({ ...clientTemplate, ...leaf }, signer) }
}

/** A SubjectPublicKeyInfo, DER. */
export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' })
}
