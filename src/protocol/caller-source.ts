import { isIPv4 } from 'node:net'
import { ipAddressBytes } from '../core/ip-address.ts'

const hostPrefixBytes = 8

/**
 * What counts as one caller: an IPv4 address, or the /64 of an IPv6 one, in which a single host may choose its address
 * at will (RFC 4291 section 2.5.4, RFC 8981) and would otherwise be as many callers as it likes.
 */
export function readCallerSource(address: string): string {
  return isIPv4(address) ? address : ipAddressBytes(address).subarray(0, hostPrefixBytes).toString('hex')
}
