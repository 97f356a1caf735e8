import { doctorName, endpointName, peerMarker } from './names.ts'

/** Clocks of hosts differ: every certificate begins ten minutes before it is signed, which is not part of its life. */
export const backdateMs = 10 * 60_000

/** What a certificate says besides its key, serial and dates. */
export interface CertificateProfile {
  readonly subjectCommonName: string
  readonly keyUsage: readonly ('digitalSignature' | 'keyEncipherment')[]
  readonly extendedKeyUsage: readonly ('serverAuth' | 'clientAuth')[]
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** What a master's certificate is for, and what a member's is: server and client in one, as peers are both. */
export const certificatePurposes = { client: ['clientAuth'], member: ['serverAuth', 'clientAuth'] } as const

/** A master's certificate. Its SAN keeps it from passing etcd's peer port as a certificate without one would. */
export function clientProfile(name: string): CertificateProfile {
  return {
    subjectCommonName: name,
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: certificatePurposes.client,
    dnsNames: [name],
    ipAddresses: [],
  }
}

/** An etcd member's certificate. */
export function memberProfile(name: string, address: string, keyIsRsa: boolean): CertificateProfile {
  const loopback = ['127.0.0.1', '::1'].filter((candidate) => candidate !== address)
  return {
    subjectCommonName: name,
    // RSA key exchange is all that keyEncipherment is for; elliptic curves only sign (RFC 8813 section 3).
    keyUsage: keyIsRsa ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'],
    extendedKeyUsage: certificatePurposes.member,
    dnsNames: [name, 'localhost', peerMarker],
    ipAddresses: [address, ...loopback],
  }
}

/** The endpoint's own certificate towards etcd. */
export function endpointProfile(): CertificateProfile {
  return clientProfile(endpointName)
}

/**
 * A client certificate without SAN, for two minutes: what an etcd without `--peer-cert-allowed-hostname` would let in at
 * its peer port, and the only proof that ours does not. Whoever broke the endpoint can get members' certificates anyway.
 */
export function probeProfile(): CertificateProfile {
  return { ...clientProfile(doctorName), dnsNames: [] }
}
