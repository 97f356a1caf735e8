import { expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { RunProgram } from '../../host/clock-sync.ts'
import { memberNameOf, readOwnMember } from './own-member.ts'

const etcdPorts = { client: 2379, peer: 2380, metrics: 2381 }

function place(hostName: string, run: RunProgram = async () => 'etcd Version: 3.5.16\nGit SHA: x\n') {
  return { hostName, etcdPorts, run }
}

it.each([
  ['etcd-1', 'etcd-1'],
  ['one', 'etcd-one'],
  ['one.example.org', 'etcd-one'],
  ['etcd', 'etcd-etcd'],
])('the host %s is the member %s', (hostName, name) => {
  expect(memberNameOf(hostName)).toBe(name)
})

it('a member has its URLs, in brackets for IPv6, and the version of the etcd at hand', async () => {
  expect(await readOwnMember(place('one'), { name: undefined, address: '2001:db8::1' })).toEqual({
    name: 'etcd-one',
    address: '2001:db8::1',
    clientUrl: 'https://[2001:db8::1]:2379',
    peerUrl: 'https://[2001:db8::1]:2380',
    etcdVersion: { major: 3, minor: 5, patch: 16 },
    quotaBackendBytes: 8 * 1024 ** 3,
  })
})

it.each(['', 'kubemaster-1', 'etcd-', 'etcd-a b', 'etcd-x\n--force-new-cluster'])(
  'refuses the name %j',
  async (name) => {
    const failure = await refusalOf(readOwnMember(place('one'), { name, address: '192.0.2.1' }))
    expect(failure).toMatchObject({ code: 'usage', hint: expect.stringContaining('--name=etcd-<id>') })
  },
)

it('a host name that is no member name is refused with what to give', async () => {
  const failure = await refusalOf(readOwnMember(place('two_'), { name: undefined, address: '192.0.2.1' }))
  expect(failure).toMatchObject({ code: 'usage', hint: expect.stringContaining('--name') })
})
