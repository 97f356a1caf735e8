import { type CertificateExtensions, noExtensions, readExtensions } from './certificate-extensions.ts'
import { readCommonName } from './common-name.ts'
import { checkDer } from './der/check-der.ts'
import type { DerDocument } from './der/der-document.ts'
import { constructedContext, derTag } from './der/der-tag.ts'
import { DerReader } from './der/strict-der.ts'
import { type PublicKey, readPublicKey } from './key/parse-public-key.ts'
import { readSignatureAlgorithm } from './key/signature-algorithm.ts'
import { isSignatureBy, readSignedDocument, type SignedDocument } from './signed-document.ts'

/** An X.509 certificate that was read strictly. Its signature is not verified by that: see `isSignedBy`. */
export interface Certificate extends CertificateExtensions {
  readonly der: Buffer
  /** Lower-case hexadecimal magnitude. */
  readonly serialHex: string
  /** Names as they stand, DER. */
  readonly issuer: Buffer
  readonly subject: Buffer
  readonly subjectCommonName: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly publicKey: PublicKey
  readonly signed: SignedDocument
}

const certificateDocument: DerDocument = {
  name: 'the certificate',
  hint: 'look at it: openssl x509 -noout -text -in FILE',
}

/** Reads a certificate (RFC 5280 section 4.1) in strict DER. Throws `bad-data`. */
export function parseCertificate(der: Uint8Array): Certificate {
  const bytes = Buffer.from(der)
  checkDer(certificateDocument, bytes)
  const reader = new DerReader(certificateDocument, bytes)
  const signed = readSignedDocument(reader)
  const body = reader.over(signed.body).readSequence()
  const isVersion3 = readIsVersion3(body)
  const serialHex = body.readPositiveInteger('a serial number').toString('hex')
  // RFC 5280 section 4.1.1.2: the same algorithm inside the signature as outside, or it could be exchanged.
  if (!readSignatureAlgorithm(body).identifier.equals(signed.algorithm.identifier)) {
    throw body.refusal('names two signature algorithms')
  }
  const issuer = body.readRaw(derTag.sequence)
  const validity = readValidity(body)
  const subject = body.readRaw(derTag.sequence)
  const subjectCommonName = readCommonName(reader.over(subject).readSequence())
  const publicKey = readPublicKey(body)
  const extensions = isVersion3 ? readOptionalExtensions(body) : noExtensions
  body.finish()
  return { ...extensions, ...validity, der: bytes, serialHex, issuer, subject, subjectCommonName, publicKey, signed }
}

/**
 * Whether `issuer` made this certificate: it is a CA that may sign, the names and key identifiers chain, and the signature
 * is its own. Dates are not looked at.
 */
export function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  const { authorityKeyId } = certificate
  const mayHaveSigned =
    // Without this a client certificate could sign others (CVE-2002-0862).
    issuer.isCa &&
    (issuer.keyUsage.length === 0 || issuer.keyUsage.includes('keyCertSign')) &&
    certificate.issuer.equals(issuer.subject) &&
    (authorityKeyId === undefined || issuer.subjectKeyId === undefined || authorityKeyId.equals(issuer.subjectKeyId))
  return mayHaveSigned && isSignatureBy(certificate.signed, issuer.publicKey)
}

// [0] EXPLICIT INTEGER DEFAULT v1: version 1 is not encoded, 2 has passed away, 3 has extensions.
function readIsVersion3(body: DerReader): boolean {
  if (!body.nextIs(constructedContext(0))) return false
  const version = body.readExplicit(0)
  if (version.readSmallInteger() !== 2) throw body.refusal('has a version other than 1 and 3')
  version.finish()
  return true
}

function readValidity(body: DerReader): Pick<Certificate, 'notBeforeMs' | 'notAfterMs'> {
  const validity = body.readSequence()
  const notBeforeMs = validity.readTime()
  const notAfterMs = validity.readTime()
  validity.finish()
  return { notBeforeMs, notAfterMs }
}

function readOptionalExtensions(body: DerReader): CertificateExtensions {
  if (!body.nextIs(constructedContext(3))) return noExtensions
  const explicit = body.readExplicit(3)
  const extensions = readExtensions(explicit.readSequence())
  explicit.finish()
  return extensions
}
