import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import {
  chooseDefaultAddress,
  chooseOnly,
  listReachable,
  networkOf,
  readAddressTowards,
  readOwnCidr,
} from './advertised-address.ts'

it.each([
  ['192.0.2.77/24', '192.0.2.0/24'],
  ['10.1.2.3/8', '10.0.0.0/8'],
  ['10.1.2.3/31', '10.1.2.2/31'],
  ['10.1.2.3/0', '0.0.0.0/0'],
  ['2001:db8:1:2::7/64', '2001:db8:1:2::/64'],
  ['2001:db8:1:2ff::7/57', '2001:db8:1:280::/57'],
])('the network of %s is %s', (cidr, network) => {
  expect(networkOf(cidr)).toBe(network)
})

it.each(['192.0.2.7/32', '2001:db8::1/128', '192.0.2.7', '192.0.2.7/', '192.0.2.7/a', 'x/8', ''])(
  'no network is derived from %j',
  (cidr) => {
    expect(networkOf(cidr)).toBeUndefined()
  },
)

it('the address towards another is the one that the kernel would send from', async () => {
  expect(await readAddressTowards('127.0.0.1')).toBe('127.0.0.1')
  expect(readOwnCidr('127.0.0.1')).toBe('127.0.0.1/8')
  expect(readOwnCidr('203.0.113.250')).toBeUndefined()
})

it('a destination that no route leads to is refused with what to look at', async () => {
  const failure = await refusalOf(readAddressTowards('fe80::1%nope'))
  expect(failure).toMatchObject({ code: 'configuration', hint: expect.stringContaining('--address') })
})

const loopback = { address: '127.0.0.1', family: 'IPv4', internal: true } as const
const ipv4 = (address: string) => ({ address, family: 'IPv4', internal: false }) as const
const ipv6 = (address: string) => ({ address, family: 'IPv6', internal: false }) as const

it('without a default route the only address is taken, and none where there is a choice', () => {
  expect(chooseOnly([loopback, ipv4('10.0.0.1'), ipv6('fe80::1'), ipv6('2001:db8::1')])).toBe('10.0.0.1')
  expect(chooseOnly([loopback, ipv4('169.254.0.1'), ipv6('2001:db8::1')])).toBe('2001:db8::1')
  expect(chooseOnly([ipv4('10.0.0.1'), ipv4('10.0.0.2'), ipv6('2001:db8::1')])).toBeUndefined()
  expect(chooseOnly([loopback])).toBeUndefined()
})

it('lists what others could reach once each, IPv4 first', () => {
  const all = [ipv6('2001:DB8::1'), loopback, ipv4('10.0.0.2'), ipv6('fe80::1'), ipv4('169.254.0.1'), ipv4('10.0.0.2')]
  expect(listReachable(all)).toEqual(['10.0.0.2', '2001:db8::1'])
  expect(listReachable([loopback])).toEqual([])
})

it('of this host an address is chosen that is not among the others, or it is said why none is', async () => {
  const chosen = await chooseDefaultAddress().catch((error: unknown) => error)
  if (chosen instanceof Error) {
    expect(chosen).toMatchObject({ code: 'configuration', hint: expect.stringContaining('--address=IP') })
  } else {
    expect(chosen).toMatchObject({ reason: expect.stringMatching(/default route|only one/) })
    const { address, others } = chosen as { address: string; others: readonly string[] }
    expect(readOwnCidr(address)).toBeDefined()
    expect(others).not.toContain(address)
  }
})
