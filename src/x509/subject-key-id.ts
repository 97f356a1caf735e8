import { hash } from 'node:crypto'
import { DerReader } from './der/strict-der.ts'

const document = { name: 'the public key', hint: 'give a SubjectPublicKeyInfo' }

/** The key identifier of a SubjectPublicKeyInfo: the leftmost 160 bits of SHA-256 (RFC 7093 section 2, method 1). */
export function subjectKeyId(spki: Buffer): Buffer {
  const info = new DerReader(document, spki).readSequence()
  info.readRaw()
  return hash('sha256', info.readBitStringBytes(), 'buffer').subarray(0, 20)
}
