import { extensionOid } from '../der/oid.ts'

/** The bits of KeyUsage in their order (RFC 5280 section 4.2.1.3). */
export const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const

export type KeyUsage = (typeof keyUsageNames)[number]

/** The purposes of ExtendedKeyUsage that Signet issues, in the order in which it writes them (section 4.2.1.12). */
export const extendedKeyUsageOids = {
  serverAuth: extensionOid.serverAuth,
  clientAuth: extensionOid.clientAuth,
} as const

export type ExtendedKeyUsage = keyof typeof extendedKeyUsageOids

/** The name of a purpose, or undefined for one that Signet does not issue. */
export function extendedKeyUsageName(oidHex: string): ExtendedKeyUsage | undefined {
  if (oidHex === extendedKeyUsageOids.serverAuth) return 'serverAuth'
  return oidHex === extendedKeyUsageOids.clientAuth ? 'clientAuth' : undefined
}
