import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { writeBitString, writeSequence } from '../../src/x509/der/write-der.ts'
import { signatureAlgorithmFor } from '../../src/x509/write/write-signed-document.ts'

// No secret, and the same in every run, so that a finding can be found again.
const fuzzKey = derivePublicKnowledge('the fuzzer signs with this')

/** Whatever is in `body`, signed as a CSR by that key. */
export function buildSignedCsr(body: Buffer): Buffer {
  return writeSequence(body, signatureAlgorithmFor(fuzzKey).identifier, writeBitString(sign('sha256', body, fuzzKey)))
}

function derivePublicKnowledge(phrase: string): KeyObject {
  const d = createHash('sha256').update(phrase).digest()
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(d)
  const point = curve.getPublicKey()
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)]
  return createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x, y } })
}
