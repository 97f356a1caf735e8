import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import { backdateMs } from '../protocol/certificate-profile.ts'
import { writeCertificate } from '../x509/write/write-certificate.ts'

const yearMs = 365.25 * 24 * 3600 * 1000
const caYears = 10

export interface CaTemplate {
  readonly key: KeyObject
  readonly nowMs: number
  /** 128 random bits. */
  readonly serial: Buffer
}

/**
 * The CA's own certificate, DER: ten years, path length 0, so that it can sign certificates but no other CA
 * (RFC 5280 section 4.2.1.9). Part of the serial makes its name differ from that of any CA made before on this host.
 */
export function createCaCertificate({ key, nowMs, serial }: CaTemplate): Buffer {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const notBeforeMs = Math.floor(nowMs / 1000) * 1000 - backdateMs
  return writeCertificate(
    {
      serial,
      subjectCommonName: `Signet etcd CA ${serial.toString('hex').slice(0, 8)}`,
      publicKey,
      notBeforeMs,
      notAfterMs: notBeforeMs + Math.round(caYears * yearMs),
      isCa: true,
      pathLength: 0,
      keyUsage: ['keyCertSign', 'cRLSign'],
      extendedKeyUsage: [],
      dnsNames: [],
      ipAddresses: [],
    },
    { key, issuerSubject: 'self', subjectKeyId: 'self' },
  )
}
