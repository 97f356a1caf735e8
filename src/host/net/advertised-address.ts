import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { ipAddressBytes, parseIpAddress } from '../../core/ip-address.ts'
import { SignetError } from '../../core/signet-error.ts'

/** A root name server: only the default route leads there, and nothing is sent. */
const farAway = { ipv4: '198.41.0.4', ipv6: '2001:503:ba3e::2:30' } as const

/** The address of this host from which it reaches another. Nothing is sent: the kernel looks into its routes. */
export function readAddressTowards(destination: string): Promise<string> {
  const socket = createSocket(isIPv6(destination) ? 'udp6' : 'udp4')
  return new Promise<string>((resolve, reject) => {
    socket.once('error', (cause) => reject(noRoute(destination, cause)))
    // Not its callback, which Node also calls where connecting failed.
    socket.once('connect', () => resolve(parseIpAddress(socket.address().address) ?? ''))
    socket.connect(9, destination)
  }).finally(() => socket.close())
}

/** The address under which others are to find this host, and how it came to be taken. */
export interface AddressChoice {
  readonly address: string
  readonly reason: string
  /** Which others could be meant. */
  readonly others: readonly string[]
}

/**
 * The address under which others find this host: that of the default route, IPv4 before IPv6, or the only one there is.
 * Throws `configuration` where that leaves a choice.
 */
export async function chooseDefaultAddress(): Promise<AddressChoice> {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  const candidates = listReachable(all)
  const chosen = (address: string, reason: string): AddressChoice => {
    return { address, reason, others: candidates.filter((other) => other !== address) }
  }
  const routed = await readAddressTowards(farAway.ipv4).catch(() => undefined)
  if (routed !== undefined) return chosen(routed, 'the default route of IPv4 leaves from it')
  const only = chooseOnly(all)
  if (only !== undefined) return chosen(only, 'it is the only one of its family, and IPv4 has no default route')
  const routed6 = await readAddressTowards(farAway.ipv6).catch(() => undefined)
  if (routed6 !== undefined) return chosen(routed6, 'the default route of IPv6 leaves from it, and IPv4 has none')
  throw undecided(candidates)
}

type OwnAddress = Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>

/**
 * The addresses that others could reach, IPv4 before IPv6: not those of this host alone, nor of one link (RFC 3927, RFC 4291
 * section 2.5.6).
 * @internal
 */
export function listReachable(all: readonly OwnAddress[]): readonly string[] {
  const found = all.filter(({ address, internal }) => !internal && !/^(169\.254\.|fe[89ab])/.test(address))
  const sorted = found.toSorted((one, other) => one.family.localeCompare(other.family))
  return [...new Set(sorted.flatMap(({ address }) => parseIpAddress(address) ?? []))]
}

/**
 * The only address of a family that others could reach, IPv4 before IPv6; undefined where there is none, or a choice.
 * @internal
 */
export function chooseOnly(all: readonly OwnAddress[]): string | undefined {
  for (const family of ['IPv4', 'IPv6']) {
    const [first, ...others] = listReachable(all.filter((own) => own.family === family))
    if (first !== undefined) return others.length === 0 ? first : undefined
  }
  return undefined
}

/** An interface's address with its prefix, `ADDRESS/PREFIX`; undefined where this host does not have the address. */
export function readOwnCidr(address: string): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return all.find((own) => parseIpAddress(own.address) === address)?.cidr ?? undefined
}

/** The network of an interface's address; undefined for a single address, which is no network of others. */
export function networkOf(cidr: string): string | undefined {
  const [text = '', prefix = ''] = cidr.split('/')
  const address = parseIpAddress(text)
  const prefixLength = Number(prefix)
  if (address === undefined || !/^[0-9]{1,3}$/.test(prefix)) return undefined
  const bytes = ipAddressBytes(address)
  if (prefixLength >= bytes.length * 8) return undefined
  return `${formatAddressBytes(bytes.map((byte, index) => byte & maskByte(prefixLength, index)))}/${prefixLength}`
}

function maskByte(prefixLength: number, index: number): number {
  const bits = Math.min(8, Math.max(0, prefixLength - index * 8))
  return (0xff << (8 - bits)) & 0xff
}

function formatAddressBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const hex = Buffer.from(bytes).toString('hex')
  return parseIpAddress(hex.replace(/(.{4})(?=.)/g, '$1:')) ?? ''
}

function noRoute(destination: string, cause: unknown): SignetError {
  return new SignetError('configuration', `this host has no route to ${destination}`, {
    hint: 'see: ip route; or give the address of this host with --address=IP',
    cause,
  })
}

function undecided(candidates: readonly string[]): SignetError {
  const which = candidates.length === 0 ? 'it has none' : `it has ${candidates.join(', ')}, and no default route`
  return new SignetError('configuration', `under which address others find this host is not known: ${which}`, {
    hint: 'see: ip route; and give the address of this host: --address=IP',
  })
}
