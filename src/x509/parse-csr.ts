import { makeCsrCommand, makeKeyAndCsrCommand } from '../core/csr-commands.ts'
import { SignetError } from '../core/signet-error.ts'
import { readCommonName } from './common-name.ts'
import { checkCsrAttributes } from './csr-attributes.ts'
import { checkDer } from './der/check-der.ts'
import type { DerDocument } from './der/der-document.ts'
import { DerReader } from './der/strict-der.ts'
import { keyTypeOf, type PublicKey, readPublicKey } from './key/parse-public-key.ts'
import { recogniseOther } from './not-a-csr.ts'
import { isSignatureBy, readSignedDocument } from './signed-document.ts'

export type { PublicKey } from './key/parse-public-key.ts'

/** What is taken from a CSR: the key, proven to be the caller's, and the name to compare with the word. */
export interface Csr {
  readonly commonName: string
  readonly publicKey: PublicKey
}

const csrDocument: DerDocument = {
  name: 'the CSR',
  hint: `make it again: ${makeCsrCommand()}`,
  keyHint: `make a new key, and the CSR with it: ${makeKeyAndCsrCommand()}`,
}

/** Reads a PKCS#10 CSR (RFC 2986) in strict DER and verifies its self-signature. Throws `bad-data`. */
export function parseCsr(der: Uint8Array): Csr {
  // A copy of our own: nobody can change the bytes between the check and the use.
  const bytes = Buffer.from(der)
  try {
    return readCsr(bytes)
  } catch (error) {
    throw (error instanceof SignetError ? recogniseOther(bytes) : undefined) ?? error
  }
}

function readCsr(bytes: Buffer): Csr {
  checkDer(csrDocument, bytes)
  const reader = new DerReader(csrDocument, bytes)
  const signed = readSignedDocument(reader)
  const info = reader.over(signed.body).readSequence()
  if (info.readSmallInteger() !== 0) throw info.refusal('has a version other than 1')
  const commonName = readCommonName(info.readSequence())
  const publicKey = readPublicKey(info)
  checkCsrAttributes(info)
  info.finish()
  // Proof of possession: without it, somebody else's key could be bound to the caller's name (RFC 4211 section 4).
  if (signed.algorithm.keyType !== keyTypeOf(publicKey)) {
    throw info.refusal('has a signature algorithm that does not fit its key')
  }
  if (!isSignatureBy(signed, publicKey)) {
    throw info.refusal('has a self-signature that its own key did not make')
  }
  return { commonName, publicKey }
}
