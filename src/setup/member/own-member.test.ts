import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { memberArguments, memberNameOf, planMemberPlace, planOwnMember } from './own-member.ts'

const etcdPorts = { client: 2379, peer: 2380, metrics: 2381 }

const etcd = { directory: '/usr/bin', from: 'distribution', version: { major: 3, minor: 5, patch: 16 } } as const

function place(hostName: string) {
  return { hostName, etcdPorts }
}

it.each([
  ['etcd-1', 'etcd-1'],
  ['one', 'etcd-one'],
  ['one.example.org', 'etcd-one'],
  ['etcd', 'etcd-etcd'],
])('the host %s is the member %s', (hostName, name) => {
  expect(memberNameOf(hostName)).toBe(name)
})

it('a member has its URLs, in brackets for IPv6, and the etcd that was chosen for it', () => {
  expect(planOwnMember(planMemberPlace(place('one'), { address: '2001:db8::1' }), etcd)).toEqual({
    name: 'etcd-one',
    address: '2001:db8::1',
    clientUrl: 'https://[2001:db8::1]:2379',
    peerUrl: 'https://[2001:db8::1]:2380',
    etcdVersion: { major: 3, minor: 5, patch: 16 },
    etcd: { directory: '/usr/bin', from: 'distribution' },
    quotaBackendBytes: 8 * 1024 ** 3,
  })
})

it.each(['', 'kubemaster-1', 'etcd-', 'etcd-a b', 'etcd-x\n--force-new-cluster'])(
  'refuses the name %j',
  async (name) => {
    const failure = await refusalOf(() => planMemberPlace(place('one'), { name, address: '192.0.2.1' }))
    expect(failure).toMatchObject({ code: 'usage', hint: expect.stringContaining('--name=etcd-<id>') })
  },
)

it('a host name that is no member name is refused with what to give', async () => {
  const failure = await refusalOf(() => planMemberPlace(place('two_'), { address: '192.0.2.1' }))
  expect(failure).toMatchObject({ code: 'usage', hint: expect.stringContaining('--name') })
})

it('an etcd that was named belongs to what is typed again, and one that was found does not', () => {
  const named = { ...etcd, directory: '/opt/etcd-3.6.16', from: 'named' } as const
  const member = planMemberPlace(place('one'), { address: '192.0.2.1', quota: '4GiB' })
  expect(memberArguments(planOwnMember(member, named))).toEqual(['--etcd=/opt/etcd-3.6.16', '--quota=4GiB'])
  expect(memberArguments(planOwnMember(member, etcd))).toEqual(['--quota=4GiB'])
})
