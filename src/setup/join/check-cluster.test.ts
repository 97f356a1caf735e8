import { describe, expect, it } from 'vitest'
import { FakeCluster, type FakeMember, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { ClusterView } from '../../cluster/cluster-view.ts'
import type { SignetError } from '../../core/signet-error.ts'
import type { HostFacts } from '../run/host-facts.ts'
import { newProgress } from '../run/run-progress.ts'
import { checkCluster } from './check-cluster.ts'

const facts: HostFacts = new FakeHost(new FakeCluster(), 2).plan().facts
const ours = { ...newProgress(facts.arguments), started: ['add-learner', 'write-configuration', 'start-etcd'] }

async function viewOf(...members: readonly FakeMember[]): Promise<ClusterView> {
  return new FakeCluster(members).operations().readView()
}

function etcdVersion(major: number, minor: number, patch: number): Partial<HostFacts> {
  return { own: { ...facts.own, etcdVersion: { major, minor, patch } } }
}

async function refuse(view: ClusterView, change: Partial<HostFacts> = {}): Promise<SignetError> {
  const refusal = await refusalOf(() => checkCluster(view, { ...facts, ...change }))
  expect(refusal.hint).toBeDefined()
  return refusal
}

describe('checkCluster', () => {
  it.each<[string, readonly FakeMember[], Partial<HostFacts>, string, RegExp]>([
    [
      'a name of another address',
      [fakeMember(1), fakeMember(7, { name: 'etcd-2' })],
      {},
      'refused',
      /^the name etcd-2 belongs to the member at https:\/\/192\.0\.2\.7:2380$/,
    ],
    [
      'a name of another address that differs in case alone',
      [fakeMember(1), fakeMember(7, { name: 'etcd-a' })],
      { own: { ...facts.own, name: 'etcd-A' } },
      'refused',
      /^the name etcd-A belongs to the member at https:\/\/192\.0\.2\.7:2380$/,
    ],
    [
      'an address of another name',
      [fakeMember(1), fakeMember(2, { name: 'etcd-9' })],
      {},
      'refused',
      /^the peer URL https:\/\/192\.0\.2\.2:2380 belongs to the member etcd-9$/,
    ],
    ['a member', [fakeMember(1), fakeMember(2)], {}, 'refused', /^etcd-2 is already a member$/],
    [
      'a learner of its own address that this run did not add',
      [fakeMember(1), fakeMember(2, { isLearner: true, isRunning: false, name: '' })],
      {},
      'refused',
      /^the unstarted member 2 at https:\/\/192\.0\.2\.2:2380 was not added by this run$/,
    ],
    [
      'a cluster with a dead member, by its name',
      [fakeMember(1), fakeMember(3), fakeMember(4, { isRunning: false })],
      {},
      'try-later',
      /^no member is added while etcd-4 is not healthy: etcd at /,
    ],
    [
      'a cluster with a voter that never started, by its peer URL',
      [fakeMember(1), fakeMember(3), fakeMember(4, { isRunning: false, name: '' })],
      {},
      'try-later',
      /^no member is added while the unstarted member 4 at https:\/\/192\.0\.2\.4:2380 is not healthy: it has not started/,
    ],
    [
      'a cluster with a learner of another host',
      [fakeMember(1), fakeMember(5, { isLearner: true })],
      {},
      'try-later',
      /^etcd-5 is joining, and etcd takes one at a time$/,
    ],
    [
      'an etcd older than the cluster',
      [fakeMember(1)],
      etcdVersion(3, 4, 30),
      'configuration',
      /^etcd 3\.4\.30 of this host is older than the cluster, which runs 3\.5$/,
    ],
    [
      'an etcd two minor versions ahead',
      [fakeMember(1, { version: '3.4.30' })],
      etcdVersion(3, 6, 0),
      'configuration',
      /^etcd 3\.6\.0 of this host is more than one minor version away/,
    ],
    [
      'a 3.7 beside a 3.5, whose log it cannot read',
      [fakeMember(1, { version: '3.6.16' }), fakeMember(3, { version: '3.5.30' })],
      etcdVersion(3, 7, 3),
      'configuration',
      /^etcd 3\.7\.3 of this host is more than one minor version away from the cluster's 3\.5$/,
    ],
    [
      'a 3.7 in a cluster of 3.6, whose log may hold what it cannot read',
      [fakeMember(1, { version: '3.6.16' }), fakeMember(3, { version: '3.7.3' })],
      etcdVersion(3, 7, 3),
      'configuration',
      /^etcd 3\.7\.3 of this host may not be able to read the log of a cluster that runs 3\.6$/,
    ],
    [
      'a 3.6 in a cluster of 3.7',
      [fakeMember(1, { version: '3.7.3' })],
      etcdVersion(3, 6, 16),
      'configuration',
      /^etcd 3\.6\.16 of this host is older than the cluster, which runs 3\.7$/,
    ],
    [
      'a 3.6 beside a 3.5 that loses promotions',
      [fakeMember(1), fakeMember(3, { version: '3.5.23' })],
      etcdVersion(3, 6, 1),
      'configuration',
      /^etcd 3\.6\.1 of this host must not join a member of 3\.5\.23$/,
    ],
  ])('refuses %s', async (_, members, change, code, message) => {
    const refusal = await refuse(await viewOf(...members), change)
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it('refuses a cluster with a member that cannot be read, by its id, before anything is added', async () => {
    const { members } = await viewOf(fakeMember(1), fakeMember(3))
    const unreadable = [{ kind: 'peer URL', quoted: '"http://192.0.2.66:2380"' } as const]
    const odd = members.map((view) =>
      view.member.id === 3n ? { ...view, member: { ...view.member, unreadable } } : view,
    )
    const refusal = await refuse({ members: odd })
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toBe('member 3 is in the way: etcd lists it with the peer URL "http://192.0.2.66:2380"')
  })

  it('says so when there is no quorum either', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(3))
    const failed = view.members.map(({ member, status }, index) =>
      status && index > 0 ? { member } : { member, status },
    )
    const refusal = await refuse({ members: failed } as ClusterView)
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toBe(
      'no member is added while etcd-3 is not healthy: it does not answer; the cluster has no quorum',
    )
    expect((await refuse({ members: [] })).message).toBe('the cluster has no voting member that answers')
  })

  it('wants room for the database twice and a snapshot', async () => {
    const view = await viewOf(fakeMember(1))
    const members = view.members.map((one) => ({
      ...one,
      ...(one.status && { status: { ...one.status, dbSizeBytes: 2 ** 33 } }),
    }))
    expect((await refuse({ members })).message).toMatch(/has 16384 MiB free and needs 16896 MiB$/)
  })

  it.each<[string, bigint, string]>([
    ['NOSPACE', 1n, 'alarm NOSPACE of etcd-1'],
    ['CORRUPT', 9n, 'alarm CORRUPT of a member that is gone (9)'],
    ['NEW', 0n, 'alarm NEW of a member that etcd does not name'],
  ])('refuses a cluster with the alarm %s by its name', async (kind, memberId, what) => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(3)])
    cluster.alarms = [{ kind, memberId }]
    const refusal = await refuse(await cluster.operations().readView())
    expect(refusal).toMatchObject({ code: 'try-later', message: `no member is added while etcd has the ${what}` })
    expect(refusal.hint).toContain('signet etcdctl -- alarm disarm')
  })

  it('refuses a quota that the largest database would fill', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(3))
    const members = view.members.map((one, index) => ({
      ...one,
      ...(one.status && { status: { ...one.status, dbSizeBytes: (index + 1) * 2 ** 29 } }),
    }))
    const cluster = { members }
    const own = { ...facts.own, quotaBackendBytes: 2 ** 30 }
    const refusal = await refuse(cluster, { own })
    expect(refusal).toMatchObject({ code: 'configuration', hint: expect.stringContaining('--quota=8GiB') })
    expect(refusal.message).toBe('the database has 1 GiB, which do not fit the quota of etcd-2, 1 GiB')
    expect(() => checkCluster(cluster, { ...facts, own: { ...own, quotaBackendBytes: 2 ** 30 + 1 } })).not.toThrow()
    const large = members.map((one) => ({
      ...one,
      ...(one.status && { status: { ...one.status, dbSizeBytes: 2 ** 33 } }),
    }))
    const room = { freeDiskBytes: 2 ** 40, own: { ...own, quotaBackendBytes: 2 ** 33 } }
    expect((await refuse({ members: large }, room)).hint).toContain('--quota=12GiB')
  })

  it('goes on with an interrupted run: its learner, or the voter that it became', async () => {
    const own = fakeMember(2, { isLearner: true })
    const continued = { ...facts, progress: ours }
    for (const member of [own, fakeMember(2)]) {
      const view = await viewOf(fakeMember(1), member)
      expect(() => checkCluster(view, continued)).not.toThrow()
    }
  })

  it('takes the next minor version, and 3.6 beside a mended 3.5', async () => {
    const cluster = await viewOf(fakeMember(1, { version: '3.5.26' }))
    expect(() => checkCluster(cluster, { ...facts, ...etcdVersion(3, 6, 0) })).not.toThrow()
    const current = await viewOf(fakeMember(1, { version: '3.7.0' }), fakeMember(3, { version: '3.7.3' }))
    expect(() => checkCluster(current, { ...facts, ...etcdVersion(3, 7, 3) })).not.toThrow()
    const old = await viewOf(fakeMember(1, { version: '3.4.23' }))
    expect(() => checkCluster(old, { ...facts, ...etcdVersion(3, 5, 16) })).not.toThrow()
  })
})
