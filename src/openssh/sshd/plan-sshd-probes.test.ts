import { expect, it } from 'vitest'
import { planSshdProbes } from './plan-sshd-probes.ts'

function addresses(networks: readonly string[], own: readonly string[] = []) {
  const probes = planSshdProbes(networks, own)
  return [true, false].map((isInside) =>
    probes.filter((probe) => probe.isInside === isInside).map(({ address }) => address),
  )
}

it('asks about the first and the last caller of each network, this host itself, and about callers from elsewhere', () => {
  expect(addresses(['192.0.2.0/24', '2001:db8::/64'], ['127.0.0.1', '192.0.2.11', '198.51.100.9'])).toEqual([
    ['192.0.2.11', '192.0.2.1', '192.0.2.254', '2001:db8::1', '2001:db8::ffff:ffff:ffff:fffe'],
    ['127.0.0.1', '::1', '198.51.100.1', '2001:db8:ffff::1'],
  ])
})

it.each<[string, readonly string[]]>([
  ['192.0.2.7/32', ['192.0.2.7']],
  ['192.0.2.6/31', ['192.0.2.6']],
  ['192.0.2.77/30', ['192.0.2.77', '192.0.2.78']],
  ['10.0.0.0/8', ['10.0.0.1', '10.255.255.254']],
  ['::ffff:192.0.2.0/120', ['192.0.2.1', '192.0.2.254']],
  ['2001:db8::7/128', ['2001:db8::7']],
])('of the network %s it asks about %s', (network, inside) => {
  expect(addresses([network])[0]).toEqual(inside)
})

it('asks about nobody elsewhere where every address is inside', () => {
  expect(addresses(['0.0.0.0/0', '::/0'])[1]).toEqual([])
})

it('has each call the address of this host that is on its network, where there is one', () => {
  const probes = planSshdProbes(['192.0.2.0/24'], ['192.0.2.11'])
  expect(probes.find(({ address }) => address === '192.0.2.254')?.localAddress).toBe('192.0.2.11')
  expect(probes.find(({ address }) => address === '::1')?.localAddress).toBe('::1')
})
