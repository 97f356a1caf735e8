import { hash, verify } from 'node:crypto'
import { toleratedSkewMs } from '../../client/skew-limits.ts'
import { foldName, isMemberName } from '../../core/member-name.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { certificatePurposes } from '../../protocol/certificate-profile.ts'
import type { CaBundle } from '../../x509/ca-bundle.ts'
import { type Certificate, isSignedBy, parseCertificate } from '../../x509/parse-certificate.ts'
import { parsePem } from '../../x509/pem.ts'
import type { SidecarSignature, SnapshotSidecar } from '../snapshot-receipt.ts'
import { digestFor, type RawSidecar, signedBytes } from './signed-bytes.ts'

/** The member whose key signed a sidecar. */
export interface SnapshotSigner {
  readonly member: string
  /** SHA-256 of its certificate, in lower-case hexadecimal. */
  readonly certificateSha256: string
}

/** A signature, what it is over, and whose signatures count. */
export interface SignedSidecar {
  /** As its file says it. */
  readonly raw: RawSidecar
  readonly sidecar: SnapshotSidecar
  readonly signature: SidecarSignature
  readonly trusted: CaBundle
}

/**
 * Who signed a sidecar. Only a member of these CAs may have, whose certificate was in force when the snapshot was taken and
 * who is the member that the sidecar names: a master signs nothing, nor does one member for another. Throws `bad-data` where
 * the signature is over something else, and `refused` where it is of somebody else. Pure.
 */
export function verifySignature({ raw, sidecar, signature, trusted }: SignedSidecar): SnapshotSigner {
  const certificate = readCertificate(signature)
  const member = certificate.subjectCommonName
  const issuers = trusted.filter((ca) => isSignedBy(certificate, ca))
  if (issuers.length === 0) throw foreign(member)
  requireMember(certificate)
  requireInForce(certificate, issuers, Date.parse(sidecar.time))
  requireSameBytes(certificate, signature, raw)
  requireOwnName(member, sidecar)
  return { member, certificateSha256: hash('sha256', certificate.der, 'hex') }
}

function readCertificate({ certificate }: SidecarSignature): Certificate {
  try {
    return parseCertificate(parsePem(certificate, 'CERTIFICATE'))
  } catch (cause) {
    const message = `the signature of the sidecar comes with no certificate: ${asSignetError(cause).message}`
    throw new SignetError('bad-data', message, { hint: 'take another one: signet snapshot save', cause })
  }
}

// Those of masters are for clients alone; whoever is on the control-plane network gets one.
function requireMember({ isCa, extendedKeyUsage, keyUsage, subjectCommonName: name }: Certificate): void {
  const isForMembers = certificatePurposes.member.every((purpose) => extendedKeyUsage.includes(purpose))
  const maySign = keyUsage.length === 0 || keyUsage.includes('digitalSignature')
  if (!isCa && isForMembers && maySign && isMemberName(name)) return
  throw refused(`${quoteUntrusted(name)}, who signed the sidecar, is no member`)
}

function requireInForce(certificate: Certificate, issuers: readonly Certificate[], timeMs: number): void {
  const holds = ({ notBeforeMs, notAfterMs }: Certificate): boolean =>
    notBeforeMs - toleratedSkewMs <= timeMs && timeMs <= notAfterMs + toleratedSkewMs
  if (holds(certificate) && issuers.some(holds)) return
  throw refused('the certificate that the sidecar is signed with was not in force when the snapshot was taken')
}

function requireSameBytes({ publicKey }: Certificate, { value }: SidecarSignature, raw: RawSidecar): void {
  const key = publicKey.keyObject
  if (verify(digestFor(key), signedBytes(raw), key, Buffer.from(value, 'base64'))) return
  throw new SignetError('bad-data', 'the sidecar was changed since it was signed', {
    hint: 'take another one: signet snapshot save',
  })
}

// A learner lists nobody, and etcd knows no name of a member that has not started yet.
function requireOwnName(member: string, { memberId, members }: SnapshotSidecar): void {
  const said = members.find(({ id }) => id === memberId)?.name ?? ''
  if (said === '' || foldName(said) === foldName(member)) return
  throw refused(`the sidecar is of ${quoteUntrusted(said)}, and ${quoteUntrusted(member)} signed it`)
}

function foreign(member: string): SignetError {
  const message = `the sidecar is signed by ${quoteUntrusted(member)} of a CA that is not trusted here`
  return new SignetError('refused', message, {
    hint: "where it is of another cluster, or of a CA that was exchanged, name that one's: signet snapshot verify FILE --ca=CA",
  })
}

function refused(message: string): SignetError {
  return new SignetError('refused', message, { hint: 'take another one: signet snapshot save' })
}
