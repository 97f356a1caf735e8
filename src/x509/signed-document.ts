import { verify } from 'node:crypto'
import type { DerDocument } from './der/der-document.ts'
import { derTag } from './der/der-tag.ts'
import { DerReader } from './der/strict-der.ts'
import { keyTypeOf, type PublicKey } from './key/parse-public-key.ts'
import { readSignatureAlgorithm, type SignatureAlgorithm } from './key/signature-algorithm.ts'

/** What PKCS#10 and X.509 share: a body, and a signature over its very bytes (RFC 2986 section 4.2, RFC 5280 section 4.1). */
export interface SignedDocument {
  /** The signed bytes. */
  readonly body: Buffer
  readonly algorithm: SignatureAlgorithm
  readonly signature: Buffer
}

/** Reads the outer SEQUENCE and refuses a signature that is not in its algorithm's one form. */
export function readSignedDocument(outer: DerReader): SignedDocument {
  const reader = outer.readSequence()
  outer.finish()
  const body = reader.readRaw(derTag.sequence)
  const algorithm = readSignatureAlgorithm(reader)
  const signature = reader.readBitStringBytes()
  reader.finish()
  requireSignatureForm(outer.document, algorithm, signature)
  return { body, algorithm, signature }
}

/** Whether the signature was made by the key, with an algorithm that fits it. */
export function isSignatureBy({ body, algorithm, signature }: SignedDocument, publicKey: PublicKey): boolean {
  if (algorithm.keyType !== keyTypeOf(publicKey)) return false
  return verify(algorithm.digest, body, publicKey.keyObject, signature)
}

// Some verifiers read an ECDSA signature as BER: one signature in many forms is a malleable certificate (CVE-2014-8275).
function requireSignatureForm(document: DerDocument, algorithm: SignatureAlgorithm, signature: Buffer): void {
  if (algorithm.keyType !== 'ec') return
  // RFC 5480 appendix A, ECDSA-Sig-Value: SEQUENCE of two positive INTEGERs.
  const outer = new DerReader({ ...document, name: `the ECDSA signature of ${document.name}` }, signature)
  const reader = outer.readSequence()
  outer.finish()
  reader.readPositiveInteger('a number')
  reader.readPositiveInteger('a number')
  reader.finish()
}
