import { describe, expect, it } from 'vitest'
import { FakeCluster, type FakeMember, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { findUnconnectedPeer } from './peer-reachability.ts'

async function missing(members: readonly FakeMember[], inbound: readonly string[]): Promise<string | undefined> {
  const view = await new FakeCluster(members).operations().readView()
  return findUnconnectedPeer(view, 2n, inbound)?.member.name
}

const own = fakeMember(2, { isLearner: true })

describe('findUnconnectedPeer', () => {
  it('wants a connection from every healthy voter, and from no learner and no dead one', async () => {
    const members = [fakeMember(1), own, fakeMember(3), fakeMember(4), fakeMember(5, { isRunning: false })]
    expect(await missing(members, ['192.0.2.1', '192.0.2.3'])).toBe('etcd-4')
    expect(await missing(members, ['192.0.2.4', '192.0.2.3', '192.0.2.1'])).toBeUndefined()
    expect(await missing(members, [])).toBe('etcd-1')
  })

  it('compares IPv6 however the URL writes it', async () => {
    const members = [fakeMember(1, { peerUrl: 'https://[2001:DB8:0::1]:2380' }), own]
    expect(await missing(members, ['2001:db8::1'])).toBeUndefined()
    expect(await missing(members, ['2001:db8::2'])).toBe('etcd-1')
  })

  it('takes members on loopback addresses for one host, and no other member for them', async () => {
    const members = [fakeMember(1, { peerUrl: 'https://127.0.0.3:2380' }), own]
    expect(await missing(members, ['127.0.0.1'])).toBeUndefined()
    expect(await missing(members, ['192.0.2.1'])).toBe('etcd-1')
  })

  it('cannot tell for a member that is known by a host name', async () => {
    expect(await missing([fakeMember(1, { peerUrl: 'https://etcd.example:2380' }), own], [])).toBeUndefined()
  })
})
