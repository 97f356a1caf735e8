import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { SignetError } from '../core/signet-error.ts'
import { type Certificate, parseCertificate } from '../x509/parse-certificate.ts'
import { parsePem } from '../x509/pem.ts'

/** The CA: its certificate and the private key that belongs to it. */
export interface CertificateAuthority {
  readonly certificate: Certificate
  readonly key: KeyObject
}

/** The CA in two PEM texts. Throws `configuration`; the key never enters a message. */
export function parseCertificateAuthority(certificatePem: string, keyPem: string): CertificateAuthority {
  const certificate = readCaCertificate(certificatePem)
  const key = readKey(keyPem)
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  if (!spki.equals(certificate.publicKey.spki)) {
    throw new SignetError('configuration', 'the CA key does not belong to the CA certificate', {
      hint: 'take ca.key and ca.crt of the same CA; the pin of a CA: openssl x509 -noout -fingerprint -sha256 -in FILE',
    })
  }
  return { certificate, key }
}

function readCaCertificate(pem: string): Certificate {
  const certificate = parseCertificate(parsePem(pem, 'CERTIFICATE'))
  if (certificate.isCa && certificate.keyUsage.includes('keyCertSign')) return certificate
  throw new SignetError('configuration', 'the CA certificate may not sign certificates', {
    hint: 'it needs CA:TRUE and keyCertSign; restore the one that init made',
  })
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
