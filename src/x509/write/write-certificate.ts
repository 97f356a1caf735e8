import { createPublicKey, type KeyObject } from 'node:crypto'
import { SignetError } from '../../core/signet-error.ts'
import { writeCommonName } from '../common-name.ts'
import { writeExplicit, writeSequence, writeTime, writeUnsignedInteger } from '../der/write-der.ts'
import type { ExtendedKeyUsage, KeyUsage } from '../key/key-purpose.ts'
import { subjectKeyId } from '../subject-key-id.ts'
import { writeExtensions } from './write-extensions.ts'
import { signatureAlgorithmFor, writeSignedDocument } from './write-signed-document.ts'

/** What a certificate is to say. */
export interface CertificateTemplate {
  /** 128 random bits. */
  readonly serial: Buffer
  readonly subjectCommonName: string
  /** Whole seconds, in milliseconds since the epoch. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer
  readonly isCa?: boolean
  readonly pathLength?: number
  readonly keyUsage: readonly KeyUsage[]
  readonly extendedKeyUsage: readonly ExtendedKeyUsage[]
  readonly dnsNames: readonly string[]
  /** Canonical texts. */
  readonly ipAddresses: readonly string[]
}

/** Who signs. `self` stands for the template's own name and key: a self-signed CA. */
export interface CertificateSigner {
  readonly key: KeyObject
  /** The issuer's name as its certificate has it, DER. */
  readonly issuerSubject: Buffer | 'self'
  /** Where a CA certificate has none, the identifier is made from its key. */
  readonly subjectKeyId: Buffer | 'self' | undefined
}

// Version 3 is encoded as 2 (RFC 5280 section 4.1.2.1).
const version3 = writeExplicit(0, writeUnsignedInteger(Buffer.of(2)))

/** Writes and signs an X.509 v3 certificate (RFC 5280 section 4.1), DER. Pure but for the nonce of ECDSA. */
export function writeCertificate(template: CertificateTemplate, signer: CertificateSigner): Buffer {
  requireSound(template)
  const subject = writeCommonName(template.subjectCommonName)
  const ownKeyId = subjectKeyId(template.publicKey)
  const algorithm = signatureAlgorithmFor(signer.key)
  const body = writeSequence(
    version3,
    writeUnsignedInteger(template.serial),
    algorithm.identifier,
    signer.issuerSubject === 'self' ? subject : signer.issuerSubject,
    writeSequence(writeTime(template.notBeforeMs), writeTime(template.notAfterMs)),
    subject,
    template.publicKey,
    writeExplicit(3, writeExtensions(template, { own: ownKeyId, authority: authorityKeyId(signer, ownKeyId) })),
  )
  return writeSignedDocument(body, algorithm, signer.key)
}

function authorityKeyId(signer: CertificateSigner, ownKeyId: Buffer): Buffer {
  if (signer.subjectKeyId === 'self') return ownKeyId
  return signer.subjectKeyId ?? subjectKeyId(createPublicKey(signer.key).export({ type: 'spki', format: 'der' }))
}

// All of these are ours to get right: nothing from outside reaches a template unchecked.
function requireSound(template: CertificateTemplate): void {
  const { serial, subjectCommonName, notBeforeMs, notAfterMs, pathLength = 0 } = template
  if (serial.length !== 16 || serial.every((byte) => byte === 0))
    throw unsound('a serial number not of 128 random bits')
  if (subjectCommonName === '') throw unsound('an empty name')
  if (notBeforeMs % 1000 !== 0 || notAfterMs % 1000 !== 0) throw unsound('a time not in whole seconds')
  if (pathLength < 0 || pathLength > 127) throw unsound('a path length not of 0 to 127')
  if (notAfterMs <= notBeforeMs) throw unsound('an end that is not after its beginning')
}

function unsound(what: string): SignetError {
  return new SignetError('internal', `a certificate was to be made with ${what}`)
}
