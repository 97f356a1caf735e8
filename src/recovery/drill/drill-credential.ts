import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { EtcdCredential } from '../../etcd/etcd-credential.ts'
import { formatPem } from '../../x509/pem.ts'
import { writeCertificate } from '../../x509/write/write-certificate.ts'

const hourMs = 3_600_000

/**
 * A pair for the throw-away etcd and whoever asks it, signed by itself and nobody else: without it every account of the host could
 * read all secrets of Kubernetes from a port on loopback. Its key is one drill's.
 */
export function createDrillCredential(nowMs: number): EtcdCredential {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  // The clock may be set while it runs.
  const notBeforeMs = Math.floor(nowMs / 1000) * 1000 - 48 * hourMs
  const certificate = writeCertificate(
    {
      ...{ serial: randomBytes(16), subjectCommonName: 'signet-drill', publicKey },
      ...{ notBeforeMs, notAfterMs: notBeforeMs + 96 * hourMs, isCa: true },
      keyUsage: ['digitalSignature', 'keyCertSign'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      ...{ dnsNames: [], ipAddresses: ['127.0.0.1'] },
    },
    { key, issuerSubject: 'self', subjectKeyId: 'self' },
  )
  const certPem = formatPem('CERTIFICATE', certificate)
  return { caPem: certPem, certPem, keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
