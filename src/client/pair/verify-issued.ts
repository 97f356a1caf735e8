import { SignetError } from '../../core/signet-error.ts'
import { peerMarker } from '../../protocol/names.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { type Certificate, isSignedBy } from '../../x509/parse-certificate.ts'
import { formatPem } from '../../x509/pem.ts'
import { toleratedSkewMs } from '../ask/skew-limits.ts'
import { requireUsableTrust } from './installed-trust.ts'
import { formatTime, parseAnswer } from './verify-ca.ts'

/** What was asked for, and what came. */
export interface IssuedQuestion {
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
export function verifyIssued(question: IssuedQuestion): VerifiedCertificate {
  const { trusted, nowMs } = question
  requireUsableTrust(trusted, nowMs)
  const certificate = parseAnswer(question.certificatePem, 'the certificate')
  requireUsableTrust(requireChain(certificate, trusted), nowMs)
  requireKey(certificate, question)
  requireName(certificate, question)
  requireAltNames(certificate, question)
  requireUsage(certificate, question)
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
function requireKey({ publicKey }: Certificate, { publicKeySpki }: IssuedQuestion): void {
  if (!publicKey.spki.equals(publicKeySpki)) throw refused('the certificate that came is for another key')
}

function requireName({ subjectCommonName }: Certificate, { name }: IssuedQuestion): void {
  if (subjectCommonName !== name) throw refused(`the certificate that came is for another name than ${name}`)
}

function requireAltNames({ dnsNames, ipAddresses }: Certificate, { name, kind, address }: IssuedQuestion): void {
  const isMember = kind === 'member'
  const dns = isMember ? [name, 'localhost', peerMarker] : [name]
  const ips = isMember ? [address ?? '', '127.0.0.1', '::1'] : []
  if (sameSet(dnsNames, dns) && sameSet(ipAddresses, ips)) return
  throw refused(`the certificate that came has other alternative names than ${name} is due`)
}

function requireUsage(certificate: Certificate, { kind }: IssuedQuestion): void {
  const { keyUsage, extendedKeyUsage, publicKey } = certificate
  const isRsaMember = kind === 'member' && publicKey.algorithm === 'rsa'
  const usage = isRsaMember ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature']
  const purposes = kind === 'member' ? ['serverAuth', 'clientAuth'] : ['clientAuth']
  if (sameSet(keyUsage, usage) && sameSet(extendedKeyUsage, purposes)) return
  throw refused(`the certificate that came is not for ${purposes.join(' and ')} with ${usage.join(' and ')}`)
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
