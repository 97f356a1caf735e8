import { SignetError } from '../core/signet-error.ts'
import { backdateMs } from '../protocol/certificate-profile.ts'
import { type Certificate, isSignedBy, parseCertificate } from '../x509/parse-certificate.ts'
import type { PublicKey } from '../x509/parse-csr.ts'
import { writeCertificate } from '../x509/write/write-certificate.ts'
import type { Grant } from './certificate-policy.ts'
import type { CertificateAuthority } from './signing-key.ts'

export interface Issue {
  readonly grant: Grant
  readonly publicKey: PublicKey
  readonly nowMs: number
  /** 128 random bits. */
  readonly serial: Buffer
}

/**
 * Signs what was granted, clamped inside the CA's own validity, reads the result again and verifies it against the CA:
 * a fault in memory or in our writer must not leave as a certificate. Pure but for the signature's nonce.
 */
export function issueCertificate(authority: CertificateAuthority, issue: Issue): Certificate {
  const { certificate: ca, key } = authority
  const { grant, publicKey, nowMs, serial } = issue
  const template = {
    ...grant.profile,
    ...decideValidity(ca, nowMs, grant.lifetimeSeconds),
    serial,
    publicKey: publicKey.spki,
  }
  const signer = { key, issuerSubject: ca.subject, subjectKeyId: ca.subjectKeyId }
  const certificate = parseCertificate(writeCertificate(template, signer))
  requireAsGranted(certificate, authority, issue)
  return certificate
}

type Validity = Pick<Certificate, 'notBeforeMs' | 'notAfterMs'>

function decideValidity(ca: Certificate, nowMs: number, lifetimeSeconds: number): Validity {
  refuseExpired(ca, nowMs)
  // Certificates have whole seconds (RFC 5280 section 4.1.2.5).
  const notBeforeMs = Math.max(wholeSecond(nowMs - backdateMs), ca.notBeforeMs)
  const notAfterMs = Math.min(wholeSecond(nowMs + lifetimeSeconds * 1000), ca.notAfterMs)
  if (nowMs < ca.notBeforeMs - backdateMs || notAfterMs <= notBeforeMs) throw tooEarly()
  return { notBeforeMs, notAfterMs }
}

function wholeSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000
}

function refuseExpired(ca: Certificate, nowMs: number): void {
  if (nowMs < ca.notAfterMs) return
  throw new SignetError('configuration', `the CA certificate expired at ${new Date(ca.notAfterMs).toISOString()}`, {
    hint: 'see "the CA expires" in the RUNBOOK',
  })
}

function tooEarly(): SignetError {
  return new SignetError('try-later', 'the clock is before the beginning of the CA certificate', {
    hint: 'set the clock of the signer right',
  })
}

function requireAsGranted(certificate: Certificate, authority: CertificateAuthority, issue: Issue): void {
  const { profile } = issue.grant
  const same =
    isSignedBy(certificate, authority.certificate) &&
    !certificate.isCa &&
    certificate.subjectCommonName === profile.subjectCommonName &&
    certificate.publicKey.spki.equals(issue.publicKey.spki) &&
    sameList(certificate.keyUsage, profile.keyUsage) &&
    sameList(certificate.extendedKeyUsage, profile.extendedKeyUsage) &&
    sameList(certificate.dnsNames, profile.dnsNames) &&
    sameList(certificate.ipAddresses, profile.ipAddresses)
  if (!same) throw new SignetError('internal', 'a signed certificate did not read back as it was granted')
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index])
}
