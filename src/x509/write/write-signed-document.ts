import { type KeyObject, sign } from 'node:crypto'
import { SignetError } from '../../core/signet-error.ts'
import { writeBitString, writeSequence } from '../der/write-der.ts'
import { type SignatureAlgorithm, signatureAlgorithms } from '../key/signature-algorithm.ts'

/** The algorithm that a private key signs with: a digest as strong as the key. */
export function signatureAlgorithmFor(key: KeyObject): SignatureAlgorithm {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return signatureAlgorithms.rsaSha256
    case 'ed25519':
      return signatureAlgorithms.ed25519
    case 'ec':
      return ecdsaFor(key.asymmetricKeyDetails?.namedCurve)
    default:
      throw unsupported()
  }
}

/** Signs a body (RFC 5280 section 4.1, RFC 2986 section 4.2). */
export function writeSignedDocument(body: Buffer, algorithm: SignatureAlgorithm, key: KeyObject): Buffer {
  const { digest, identifier } = algorithm
  return writeSequence(body, identifier, writeBitString(sign(digest, body, key)))
}

function ecdsaFor(curve: string | undefined): SignatureAlgorithm {
  if (curve === 'prime256v1') return signatureAlgorithms.ecdsaSha256
  if (curve === 'secp384r1') return signatureAlgorithms.ecdsaSha384
  if (curve === 'secp521r1') return signatureAlgorithms.ecdsaSha512
  throw unsupported()
}

function unsupported(): SignetError {
  return new SignetError('configuration', 'the signing key is of a kind that is not supported', {
    hint: 'use RSA, P-256, P-384, P-521 or Ed25519',
  })
}
