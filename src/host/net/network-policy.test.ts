import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ipAddressBytes, parseIpAddress } from '../../core/ip-address.ts'
import { SignetError } from '../../core/signet-error.ts'
import { createNetworkPolicy } from './network-policy.ts'

// A naive judge: compares bit by bit, written as text.
function bits(address: string): string {
  return [...ipAddressBytes(address)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
}

function isInside(address: string, network: string, prefixLength: number): boolean {
  const left = bits(address)
  const right = bits(network)
  return left.length === right.length && left.slice(0, prefixLength) === right.slice(0, prefixLength)
}

function canonical(text: string): string {
  return parseIpAddress(text) ?? ''
}

// Few distinct bytes, so that addresses and networks often meet.
const byte = fc.constantFrom(0, 1, 127, 128, 192, 255)
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))
const hextet = fc.constantFrom('0', '1', 'ffff', '2001', 'db8', '8000', 'fe80')
const ipv6 = fc.array(hextet, { minLength: 8, maxLength: 8 }).map((words) => canonical(words.join(':')))
const address = fc.oneof(ipv4, ipv6)
const network = fc
  .tuple(address, fc.nat(128))
  .map(([text, prefix]) => ({ text, prefix: Math.min(prefix, text.includes(':') ? 128 : 32) }))

describe('createNetworkPolicy', () => {
  it('takes exactly the addresses that a comparison bit by bit takes', () => {
    fc.assert(
      fc.property(fc.array(network, { minLength: 1, maxLength: 4 }), address, (networks, caller) => {
        const policy = createNetworkPolicy(networks.map(({ text, prefix }) => `${text}/${prefix}`))
        expect(policy(caller)).toBe(networks.some(({ text, prefix }) => isInside(caller, text, prefix)))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.7/32', '192.0.2.7', true],
    ['192.0.2.7/32', '192.0.2.6', false],
    ['0.0.0.0/0', '198.51.100.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '198.51.100.1', false],
    ['2001:db8::/64', '2001:db8::ffff', true],
    ['2001:db8::/64', '2001:db8:0:1::', false],
    ['::ffff:192.0.2.0/120', '192.0.2.9', true],
    ['::ffff:192.0.2.0/120', '192.0.3.9', false],
    ['fe80::/10', 'fe80::1', true],
  ])('%s and %s: %s', (text, caller, expected) => {
    expect(createNetworkPolicy([text])(caller)).toBe(expected)
  })

  it('knows an IPv4 caller on an IPv6 socket', () => {
    expect(createNetworkPolicy(['192.0.2.0/24'])(canonical('::ffff:192.0.2.9'))).toBe(true)
  })

  it.each(['192.0.2.0', '192.0.2.0/33', '192.0.2.0/-1', '192.0.2.0/', 'example.com/24', '::ffff:192.0.2.0/90', '/8'])(
    'refuses %j',
    (text) => {
      expect(() => createNetworkPolicy([text])).toThrow(SignetError)
    },
  )
})
