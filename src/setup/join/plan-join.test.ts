import { describe, expect, it } from 'vitest'
import { FakeCluster, type FakeMember, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { ClusterView } from '../../cluster/cluster-view.ts'
import type { SignetError } from '../../core/signet-error.ts'
import { newProgress } from '../run/run-progress.ts'
import { type JoinFacts, planJoin } from './plan-join.ts'

const facts: JoinFacts = new FakeHost(new FakeCluster(), 2).plan().facts
const ours = { ...newProgress(facts.arguments), started: ['add-learner', 'write-configuration', 'start-etcd'] }

async function viewOf(...members: readonly FakeMember[]): Promise<ClusterView> {
  return new FakeCluster(members).operations().readView()
}

function etcdVersion(major: number, minor: number, patch: number): Partial<JoinFacts> {
  return { own: { ...facts.own, etcdVersion: { major, minor, patch } } }
}

async function refuse(change: Partial<JoinFacts>): Promise<SignetError> {
  const refusal = await refusalOf(() => planJoin({ ...facts, ...change }))
  expect(refusal.hint).toBeDefined()
  return refusal
}

describe('planJoin', () => {
  it('plans the same steps whether the cluster is known yet or not', async () => {
    const plan = planJoin({ ...facts, cluster: await viewOf(fakeMember(1)) })
    expect(plan.steps).toEqual(planJoin(facts).steps)
    expect(plan.steps.at(2)).toEqual({
      id: 'obtain-certificate',
      title: 'obtain a certificate for etcd-2 at 192.0.2.2',
    })
  })

  const closed = { ...facts.signer, areJoinsOpen: false, listsOwnPair: false }

  it('goes on where joins are closed and the signer lists this host, or the run has its certificate already', () => {
    expect(planJoin({ ...facts, signer: { ...closed, listsOwnPair: true } }).steps).toHaveLength(12)
    const progress = { ...ours, done: ['fetch-ca', 'make-key', 'obtain-certificate'] }
    expect(planJoin({ ...facts, signer: closed, progress }).steps).toHaveLength(12)
  })

  it('says where joins are closed what to type on the signer', async () => {
    expect(await refuse({ signer: closed })).toMatchObject({
      code: 'refused',
      message: 'joins are closed, and etcd-2 at 192.0.2.2 is not one of the members',
      hint: expect.stringMatching(
        /^on the signer 192\.0\.2\.1: signet joins open --for 1h; or .*: etcd-2: 192\.0\.2\.2$/,
      ),
    })
  })

  const dayAgo = { ...facts.signer, clockSkewMs: -86_400_000 }
  it.each<[string, Partial<JoinFacts>, string, RegExp]>([
    [
      'a host that was set up before',
      { progress: { ...ours, isFinished: true } },
      'refused',
      /^etcd-2 is already a member: this host was set up/,
    ],
    [
      'a host that holds the data of a member',
      { dataDirectoryState: 'ours' },
      'refused',
      /^etcd-2 is already a member: \/var\/lib\/etcd\/signet holds its data$/,
    ],
    [
      'other arguments than those of the interrupted run',
      { progress: { ...ours, arguments: '--signer-ip=192.0.2.9' } },
      'refused',
      /other arguments/,
    ],
    [
      'data that it did not make',
      { dataDirectoryState: 'foreign' },
      'configuration',
      /holds data that this run did not/,
    ],
    ['a full disk', { freeDiskBytes: 2 ** 28 }, 'configuration', /has 256 MiB free and needs 512 MiB$/],
    ['a port that is taken', { busyPorts: [2379, 2380] }, 'configuration', /^in use on this host: port 2379, 2380$/],
    ['an etcd older than 3.4', etcdVersion(3, 3, 27), 'configuration', /^etcd 3\.3 on this host is not supported$/],
    ['an etcd of another age', etcdVersion(2, 4, 0), 'configuration', /not supported/],
    [
      'a CA that is not the pinned one',
      { signer: { ...facts.signer, expectedPin: 'SHA256:bb' } },
      'refused',
      /^the signer at 192\.0\.2\.1 has another CA than --pin says: SHA256:aa$/,
    ],
    ['a clock ahead', { signer: dayAgo }, 'try-later', /^the clock of this host is 86400 s ahead of the signer's$/],
    [
      'a clock behind',
      { signer: { ...facts.signer, clockSkewMs: 60_001 } },
      'try-later',
      /^the clock of this host is 60 s behind the signer's$/,
    ],
  ])('refuses %s', async (_, change, code, message) => {
    const refusal = await refuse(change)
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it.each<[string, readonly FakeMember[], Partial<JoinFacts>, string, RegExp]>([
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
      'a 3.6 beside a 3.5 that loses promotions',
      [fakeMember(1), fakeMember(3, { version: '3.5.23' })],
      etcdVersion(3, 6, 1),
      'configuration',
      /^etcd 3\.6\.1 of this host must not join a member of 3\.5\.23$/,
    ],
  ])('refuses %s', async (_, members, change, code, message) => {
    const refusal = await refuse({ ...change, cluster: await viewOf(...members) })
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it('refuses a cluster with a member that cannot be read, by its id, before anything is added', async () => {
    const { members } = await viewOf(fakeMember(1), fakeMember(3))
    const unreadable = [{ kind: 'peer URL', quoted: '"http://192.0.2.66:2380"' } as const]
    const odd = members.map((view) =>
      view.member.id === 3n ? { ...view, member: { ...view.member, unreadable } } : view,
    )
    const refusal = await refuse({ cluster: { members: odd } })
    expect(refusal.code).toBe('configuration')
    expect(refusal.message).toBe('member 3 is in the way: etcd lists it with the peer URL "http://192.0.2.66:2380"')
  })

  it('says so when there is no quorum either', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(3))
    const failed = view.members.map(({ member, status }, index) =>
      status && index > 0 ? { member } : { member, status },
    )
    const refusal = await refuse({ cluster: { members: failed } as ClusterView })
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toBe(
      'no member is added while etcd-3 is not healthy: it does not answer; the cluster has no quorum',
    )
    expect((await refuse({ cluster: { members: [] } })).message).toBe('the cluster has no voting member that answers')
  })

  it('wants room for the database twice and a snapshot', async () => {
    const view = await viewOf(fakeMember(1))
    const members = view.members.map((one) => ({
      ...one,
      ...(one.status && { status: { ...one.status, dbSizeBytes: 2 ** 33 } }),
    }))
    expect((await refuse({ cluster: { members } })).message).toMatch(/has 16384 MiB free and needs 16896 MiB$/)
  })

  it.each<[string, bigint, string]>([
    ['NOSPACE', 1n, 'alarm NOSPACE of etcd-1'],
    ['CORRUPT', 9n, 'alarm CORRUPT of a member that is gone (9)'],
    ['NEW', 0n, 'alarm NEW of a member that etcd does not name'],
  ])('refuses a cluster with the alarm %s by its name', async (kind, memberId, what) => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(3)])
    cluster.alarms = [{ kind, memberId }]
    const refusal = await refuse({ cluster: await cluster.operations().readView() })
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
    const refusal = await refuse({ own, cluster })
    expect(refusal).toMatchObject({ code: 'configuration', hint: expect.stringContaining('--quota=8GiB') })
    expect(refusal.message).toBe('the database has 1 GiB, which do not fit the quota of etcd-2, 1 GiB')
    expect(() => planJoin({ ...facts, own: { ...own, quotaBackendBytes: 2 ** 30 + 1 }, cluster })).not.toThrow()
    const large = members.map((one) => ({
      ...one,
      ...(one.status && { status: { ...one.status, dbSizeBytes: 2 ** 33 } }),
    }))
    const room = { freeDiskBytes: 2 ** 40, cluster: { members: large } }
    expect((await refuse({ ...room, own: { ...own, quotaBackendBytes: 2 ** 33 } })).hint).toContain('--quota=12GiB')
  })

  it('goes on with an interrupted run: its learner, its data, and its etcd on the ports', async () => {
    const own = fakeMember(2, { isLearner: true })
    const progress = { progress: ours, dataDirectoryState: 'ours', busyPorts: [2379, 2380] } as const
    expect(planJoin({ ...facts, ...progress, cluster: await viewOf(fakeMember(1), own) }).steps).toHaveLength(12)
    expect(planJoin({ ...facts, ...progress, cluster: await viewOf(fakeMember(1), fakeMember(2)) }).steps).toHaveLength(
      12,
    )
  })

  it('takes the next minor version, and 3.6 beside a mended 3.5', async () => {
    const cluster = await viewOf(fakeMember(1, { version: '3.5.24' }))
    expect(() => planJoin({ ...facts, ...etcdVersion(3, 6, 0), cluster })).not.toThrow()
    const old = await viewOf(fakeMember(1, { version: '3.4.23' }))
    expect(() => planJoin({ ...facts, ...etcdVersion(3, 5, 16), cluster: old })).not.toThrow()
  })

  it('takes a clock that is a minute off, and a pin that is right', () => {
    const signer = { ...facts.signer, clockSkewMs: 60_000, expectedPin: 'SHA256:aa' }
    expect(() => planJoin({ ...facts, signer })).not.toThrow()
  })
})
