import { SignetError } from '../../core/signet-error.ts'
import { type CertificateProfile, clientProfile, memberProfile } from '../../protocol/certificate-profile.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { type Certificate, isSignedBy } from '../../x509/parse-certificate.ts'
import { formatPem } from '../../x509/pem.ts'
import { toleratedSkewMs } from '../skew-limits.ts'
import { requireUsableTrust } from './installed-trust.ts'
import { formatTime, parseAnswer } from './verify-ca.ts'

/** What was asked for, and what came. */
export interface ReceivedCertificate {
  readonly certificatePem: string
  /** Whatever one of these has signed chains. */
  readonly trusted: CaBundle
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeySpki: Buffer
  readonly name: string
  readonly kind: 'client' | 'member'
  /** The member's address, canonical. */
  readonly address?: string | undefined
  readonly nowMs: number
}

export interface VerifiedCertificate {
  readonly certificate: Certificate
  /** Written anew: what else the text held stays out. */
  readonly pem: string
}

/** Decides whether what a signer sent is the certificate that was asked for. Nothing else is ever installed. Pure. */
export function verifyIssued(received: ReceivedCertificate): VerifiedCertificate {
  const { trusted, nowMs } = received
  requireUsableTrust(trusted, nowMs)
  const certificate = parseAnswer(received.certificatePem, 'the certificate')
  requireUsableTrust(requireChain(certificate, trusted), nowMs)
  requireKey(certificate, received)
  requireProfile(certificate, dueProfile(received, certificate))
  requireDates(certificate, nowMs)
  return { certificate, pem: formatPem('CERTIFICATE', certificate.der) }
}

// All that fit: of two CAs with one key and two dates the one that still holds counts.
function requireChain(certificate: Certificate, trusted: CaBundle): readonly Certificate[] {
  if (certificate.isCa) throw refused('the certificate that came is that of a CA')
  const issuers = trusted.filter((candidate) => isSignedBy(certificate, candidate))
  if (issuers.length > 0) return issuers
  throw new SignetError('refused', 'the certificate that came is not signed by the trusted CA', {
    hint: 'another host may be answering in the place of the signer; compare: ssh signer@IP get-certificate',
  })
}

// A certificate for another key would break every handshake; etcd and kube-apiserver read the pair at each one.
function requireKey({ publicKey }: Certificate, { publicKeySpki }: ReceivedCertificate): void {
  if (!publicKey.spki.equals(publicKeySpki)) throw refused('the certificate that came is for another key')
}

function dueProfile({ name, kind, address }: ReceivedCertificate, { publicKey }: Certificate): CertificateProfile {
  return kind === 'member' ? memberProfile(name, address ?? '', publicKey.algorithm === 'rsa') : clientProfile(name)
}

function requireProfile(certificate: Certificate, due: CertificateProfile): void {
  const { subjectCommonName: name, keyUsage, extendedKeyUsage } = due
  if (certificate.subjectCommonName !== name) {
    throw refused(`the certificate that came is for another name than ${name}`)
  }
  if (!sameSet(certificate.dnsNames, due.dnsNames) || !sameSet(certificate.ipAddresses, due.ipAddresses)) {
    throw refused(`the certificate that came has other alternative names than ${name} is due`)
  }
  if (!sameSet(certificate.keyUsage, keyUsage) || !sameSet(certificate.extendedKeyUsage, extendedKeyUsage)) {
    throw refused(
      `the certificate that came is not for ${extendedKeyUsage.join(' and ')} with ${keyUsage.join(' and ')}`,
    )
  }
}

function requireDates({ notBeforeMs, notAfterMs }: Certificate, nowMs: number): void {
  if (nowMs >= notAfterMs) {
    throw new SignetError('configuration', `the certificate that came expired at ${formatTime(notAfterMs)}`, {
      hint: 'compare the clocks: date -u here, and "time" in: ssh signer@IP get-status',
    })
  }
  if (nowMs + toleratedSkewMs < notBeforeMs) {
    throw new SignetError('configuration', `the certificate that came is not valid before ${formatTime(notBeforeMs)}`, {
      hint: 'the clock of this host is behind that of the signer: set it right, see timedatectl',
    })
  }
}

function sameSet(found: readonly string[], due: readonly string[]): boolean {
  const wanted = new Set(due)
  return found.length === wanted.size && found.every((item) => wanted.has(item))
}

function refused(message: string): SignetError {
  return new SignetError('refused', message, {
    hint: 'nothing was installed; see who answers there: ssh signer@IP get-status',
  })
}
