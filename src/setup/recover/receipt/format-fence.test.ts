import { expect, it } from 'vitest'
import { formatFence, joinFences, parseFence } from './format-fence.ts'

it('a fence drops what comes from a member that is gone and what goes to it, at both ports, and is there once however often it is loaded', () => {
  expect(
    formatFence([{ name: 'etcd-2', addresses: ['192.0.2.2', '2001:db8::2'] }]),
  ).toBe(`# etcd-2 is gone from the cluster: signet recover.
table inet signet_gone_etcd-2
delete table inet signet_gone_etcd-2
table inet signet_gone_etcd-2 {
  chain input {
    type filter hook input priority -300; policy accept;
    ip saddr 192.0.2.2 tcp dport { 2379, 2380 } drop
    ip6 saddr 2001:db8::2 tcp dport { 2379, 2380 } drop
  }
  chain output {
    type filter hook output priority -300; policy accept;
    ip daddr 192.0.2.2 tcp dport { 2379, 2380 } drop
    ip6 daddr 2001:db8::2 tcp dport { 2379, 2380 } drop
  }
}
`)
})

it('each member that is gone has a table of its own, so that one is let in again alone', () => {
  const text = formatFence(['etcd-2', '192.0.2.3'].map((name) => ({ name, addresses: ['192.0.2.9'] })))
  expect(text.match(/^delete table .*$/gm)).toEqual([
    'delete table inet signet_gone_etcd-2',
    'delete table inet signet_gone_192_0_2_3',
  ])
})

it('those that were gone at an earlier recovery stay fenced, unless a member lives there by now', () => {
  const one = { name: 'etcd-1', addresses: ['192.0.2.1', '2001:db8::1'] }
  const two = { name: 'etcd-2', addresses: ['192.0.2.2'] }
  expect(parseFence(formatFence([one, two]))).toEqual([one, two])
  expect(parseFence('')).toEqual([])
  expect(joinFences([one, two], [], [])).toEqual([one, two])
  expect(joinFences([one], [two], ['192.0.2.3'])).toEqual([one, two])
  expect(joinFences([one, two], [], ['192.0.2.2'])).toEqual([one])
  const moved = { ...two, addresses: ['192.0.2.9'] }
  expect(joinFences([one, two], [moved], [])).toEqual([one, moved])
})
