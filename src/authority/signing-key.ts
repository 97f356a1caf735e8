import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { type CaBundle, parseCaBundle } from '../x509/ca-bundle.ts'
import type { Certificate } from '../x509/parse-certificate.ts'

/** The CA: its certificate and the private key that belongs to it. */
export interface CertificateAuthority {
  readonly certificate: Certificate
  readonly key: KeyObject
}

/**
 * The CA in two PEM texts: of the certificates the one that belongs to the key, wherever it stands among others. Throws
 * `configuration`; the key never enters a message.
 */
export function parseCertificateAuthority(certificatesPem: string, keyPem: string): CertificateAuthority {
  const bundle = readBundle(certificatesPem)
  const key = readKey(keyPem)
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const certificate = bundle.find(({ publicKey }) => publicKey.spki.equals(spki))
  if (certificate !== undefined) return { certificate: requireMaySign(certificate), key }
  const file = bundle.length === 1 ? 'the CA certificate' : `any of the ${bundle.length} CA certificates`
  throw new SignetError('configuration', `the CA key does not belong to ${file}`, {
    hint: 'take ca.key and ca.crt of the same CA; the pin of a CA: openssl x509 -noout -fingerprint -sha256 -in FILE',
  })
}

// etcd and kube-apiserver read CAs without this extension; we make none, and sign with none.
function requireMaySign(certificate: Certificate): Certificate {
  if (certificate.keyUsage.includes('keyCertSign')) return certificate
  throw new SignetError('configuration', 'the CA certificate may not sign certificates', {
    hint: 'it needs CA:TRUE and keyCertSign; restore the one that init made',
  })
}

function readBundle(pem: string): CaBundle {
  try {
    return parseCaBundle(pem)
  } catch (cause) {
    throw new SignetError('configuration', `the CA certificates cannot be read: ${asSignetError(cause).message}`, {
      hint: 'ca.crt needs the certificate that init made, in PEM; restore it',
      cause,
    })
  }
}

// The cause is left out on purpose: OpenSSL's errors can quote the text that they failed on.
function readKey(pem: string): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch {
    throw new SignetError('configuration', 'the CA key is not an unencrypted private key in PEM', {
      hint: 'write it anew, and give that: openssl pkey -in FILE -out FILE.plain',
    })
  }
  if (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'ec') return key
  throw new SignetError('configuration', 'the CA key is neither RSA nor EC', {
    hint: 'restore the one that init made',
  })
}
