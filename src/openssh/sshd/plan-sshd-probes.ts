import { isIPv6 } from 'node:net'
import { ipAddressBytes, parseIpAddress } from '../../core/ip-address.ts'
import { createNetworkPolicy } from '../../host/net/network-policy.ts'

/** A caller that sshd is asked about. */
export interface SshdProbe {
  readonly address: string
  /** The address of this host that it calls. */
  readonly localAddress: string
  readonly isInside: boolean
}

// Nobody's: the blocks for documentation (RFC 5737, RFC 3849) and for measurements (RFC 2544).
const strangers = ['198.51.100.1', '203.0.113.1', '192.0.2.1', '198.18.0.1', '2001:db8::1', '2001:db8:ffff::1']

const loopbacks = ['127.0.0.1', '::1']

/**
 * Whom to ask sshd about: of each network its first and its last caller and this host's own address there, which `init`
 * and local accounts call from; and of elsewhere this host's loopback, and a stranger of each family. Pure.
 */
export function planSshdProbes(networks: readonly string[], ownAddresses: readonly string[]): readonly SshdProbe[] {
  const isInside = createNetworkPolicy(networks)
  const own = ownAddresses.flatMap((address) => parseIpAddress(address) ?? []).filter(isInside)
  const inside = [...new Set([...own, ...networks.flatMap(edgesOf)])]
  const elsewhere = [
    loopbacks,
    strangers.filter((one) => !isIPv6(one)),
    strangers.filter((one) => isIPv6(one)),
  ].flatMap((some) => some.filter((address) => !isInside(address)).slice(0, some === loopbacks ? loopbacks.length : 1))
  return [...inside, ...elsewhere].map((address) => ({
    address,
    localAddress: localAddressFor(address, own),
    isInside: isInside(address),
  }))
}

function localAddressFor(address: string, own: readonly string[]): string {
  const family = isIPv6(address)
  return own.find((one) => isIPv6(one) === family) ?? (family ? '::1' : '127.0.0.1')
}

/** The first and the last address of a network that a host may have. */
function edgesOf(network: string): readonly string[] {
  const [text = '', digits = ''] = network.split('/')
  const address = parseIpAddress(text)
  if (address === undefined) return []
  const isMapped = isIPv6(text) && !isIPv6(address)
  const bytes = ipAddressBytes(address)
  const hostBits = bytes.length * 8 - (Number(digits) - (isMapped ? 96 : 0))
  if (hostBits <= 1) return [address]
  return [withHostPart(bytes, hostBits, 1n), withHostPart(bytes, hostBits, (1n << BigInt(hostBits)) - 2n)]
}

function withHostPart(bytes: Uint8Array, hostBits: number, host: bigint): string {
  const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  const hex = (((number >> BigInt(hostBits)) << BigInt(hostBits)) | host).toString(16).padStart(bytes.length * 2, '0')
  if (bytes.length === 4) return Buffer.from(hex, 'hex').join('.')
  return parseIpAddress(hex.replace(/(.{4})(?=.)/g, '$1:')) ?? ''
}
