import { BlockList, isIPv6 } from 'node:net'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'

const mappedPrefixLength = 96

/**
 * Whether a canonical address lies in one of the networks. IPv4 callers on an IPv6 socket come as IPv4-mapped addresses
 * and count as IPv4, so `::/0` takes no IPv4 caller in. Throws `configuration` on what is no network.
 */
export function createNetworkPolicy(networks: readonly string[]): (address: string) => boolean {
  // One list would let `::/0` take IPv4 in: BlockList compares an IPv4 address as the mapped one.
  const lists: Lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const network of networks) addNetwork(lists, network)
  return (address) => {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    return lists[family].check(address, family)
  }
}

type Lists = Readonly<Record<'ipv4' | 'ipv6', BlockList>>

function addNetwork(lists: Lists, network: string): void {
  const [text = '', prefix = ''] = network.split('/')
  const address = parseIpAddress(text)
  if (address === undefined) throw notANetwork(network)
  const isMapped = isIPv6(text) && !isIPv6(address)
  const prefixLength = Number(prefix) - (isMapped ? mappedPrefixLength : 0)
  // A mapped network wider than ::ffff:0:0/96 would be neither IPv4 nor what its writer meant.
  if (!/^[0-9]+$/.test(prefix) || prefixLength < 0) throw notANetwork(network)
  try {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    lists[family].addSubnet(address, prefixLength, family)
  } catch (cause) {
    throw notANetwork(network, cause)
  }
}

function notANetwork(network: string, cause?: unknown): SignetError {
  return new SignetError('configuration', `controlPlaneNetworks: ${quoteUntrusted(network)} is not a network`, {
    hint: 'write it as ADDRESS/PREFIX, for instance 192.0.2.0/24 or 2001:db8::/64',
    cause,
  })
}
