import { isIPv6 } from 'node:net'
import { parseIpAddress } from '../../core/ip-address.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readOwnCidr } from '../../host/net/advertised-address.ts'

/** Where others find a member. */
export interface OwnAddresses {
  /** What its certificate and etcd's list hold. */
  readonly address: string
  /**
   * Of the other family: its etcd listens there too. No certificate holds it, since a request proves the one address that it
   * comes from; who dials it verifies the member's name.
   */
  readonly secondAddress?: string | undefined
}

/** The addresses that the operator gave, canonical, the advertised one first. Throws `usage`. */
export function parseOwnAddresses(typed: readonly string[]): OwnAddresses {
  const [address = '', secondAddress, ...others] = typed.map(parseOwnAddress)
  if (secondAddress === undefined) return { address }
  if (others.length === 0 && isIPv6(address) !== isIPv6(secondAddress)) return { address, secondAddress }
  throw new SignetError('usage', '--address is given more than once for a family', {
    hint: 'give one for each family, first the one that certificates are to hold: --address=192.0.2.11 --address=2001:db8::11',
  })
}

/** An address that the operator gave, canonical, and that this host has. Throws `usage`. */
function parseOwnAddress(text: string): string {
  const address = parseIpAddress(text)
  if (address === undefined) {
    throw new SignetError('usage', `${quoteUntrusted(text)} is no IP address`, {
      hint: 'give it as --address=192.0.2.11',
    })
  }
  // A URL of etcd's and a certificate have no place for the interface that it would need (RFC 4291 section 2.5.6).
  if (/^fe[89ab]/.test(address)) {
    throw new SignetError('usage', `${address} is an address of one link alone`, {
      hint: 'give one that counts beyond it; see them: ip -6 addr show scope global',
    })
  }
  if (readOwnCidr(address) !== undefined || isLoopback(address)) return address
  throw new SignetError('usage', `this host does not have the address ${address}`, {
    hint: 'see its addresses: ip addr',
  })
}

// All of 127.0.0.0/8 is this host, and only 127.0.0.1 is listed at the interface.
function isLoopback(address: string): boolean {
  return address.startsWith('127.')
}

/** Them as they are typed. */
export function typedAddresses({ address, secondAddress }: OwnAddresses): readonly string[] {
  return secondAddress === undefined ? [address] : [address, secondAddress]
}
