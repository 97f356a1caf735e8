import { describe, expect, it } from 'vitest'
import { FakeCluster, type FakeMember, fakeMember } from '../../test/support/etcd/fake-cluster.ts'
import { fakeTime } from '../../test/support/host/fake-host.ts'
import { refusalOf } from '../../test/support/refusal.ts'
import { SignetError } from '../core/signet-error.ts'
import { applyMemberRemoval } from './apply-member-removal.ts'
import type { ClusterView } from './cluster-view.ts'
import { planMemberRemoval } from './plan-member-removal.ts'

const dead = { isRunning: false }

function viewOf(...members: readonly FakeMember[]): Promise<ClusterView> {
  return new FakeCluster(members).operations().readView()
}

describe('planMemberRemoval', () => {
  it('lets a dead member of three go, by name or by id', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(2), fakeMember(0xab, dead))
    const plan = planMemberRemoval(view, 'etcd-171')
    const clientUrlsLeft = [['https://192.0.2.1:2379'], ['https://192.0.2.2:2379']]
    const counts = { votersLeft: 2, toleratedFailures: 0 }
    expect(plan).toEqual({ id: 0xabn, name: 'etcd-171', label: 'etcd-171', ...counts, clientUrlsLeft })
    expect(planMemberRemoval(view, 'ab')).toEqual(plan)
    expect(planMemberRemoval(view, '0xAB')).toEqual(plan)
  })

  it('lets a learner that never started go by its id', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(9, { ...dead, isLearner: true, name: '' }))
    expect(planMemberRemoval(view, '9')).toMatchObject({ id: 9n, votersLeft: 1 })
  })

  it('has another healthy voter lead before the Raft leader goes', async () => {
    const view = await viewOf(fakeMember(1), fakeMember(2, dead), fakeMember(3), fakeMember(4))
    expect(planMemberRemoval(view, 'etcd-3').moveRaftLeader).toBeUndefined()
    const three = await viewOf(fakeMember(1), fakeMember(2), fakeMember(3))
    expect(planMemberRemoval(three, 'etcd-1').moveRaftLeader).toEqual({
      raftLeaderUrl: 'https://192.0.2.1:2379',
      targetId: 2n,
    })
  })

  it.each<[string, readonly FakeMember[], string, string, RegExp]>([
    ['the last member', [fakeMember(1)], 'etcd-1', 'refused', /^etcd-1 is the last voting member/],
    [
      'the last voter beside a learner',
      [fakeMember(1), fakeMember(2, { isLearner: true })],
      'etcd-1',
      'refused',
      /^etcd-1 is the last voting member/,
    ],
    [
      'a healthy member while another is dead',
      [fakeMember(1), fakeMember(2), fakeMember(3, dead)],
      'etcd-2',
      'refused',
      /^without etcd-2 there is no quorum: 1 of the 2 voting members left would serve, and 2 are needed$/,
    ],
    [
      'a name that nobody has',
      [fakeMember(1), fakeMember(2)],
      'etcd-3',
      'usage',
      /^the cluster has no member "etcd-3"$/,
    ],
    ['an unstarted member by no name', [fakeMember(1), fakeMember(2, { name: '' })], '', 'usage', /no member ""/],
    ['text that is no name', [fakeMember(1), fakeMember(2)], '\u001b[2J', 'usage', /"\\x1b\[2J"$/],
    [
      'a name that is the id of another',
      [fakeMember(1), fakeMember(2, { name: '1' })],
      '1',
      'usage',
      /^"1" means more than one member: 1, 2$/,
    ],
  ])('refuses %s', async (_, members, target, code, message) => {
    const view = await viewOf(...members)
    const refusal = await refusalOf(() => planMemberRemoval(view, target))
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
    expect(refusal.hint).toBeDefined()
  })

  it('lets a member go whatever alarms there are, and has one without any lead', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(2), fakeMember(3)])
    cluster.alarms = [
      { kind: 'CORRUPT', memberId: 1n },
      { kind: 'NOSPACE', memberId: 2n },
      { kind: 'NOSPACE', memberId: 9n },
    ]
    const view = await cluster.operations().readView()
    expect(planMemberRemoval(view, 'etcd-1').moveRaftLeader).toMatchObject({ targetId: 3n })
    expect(planMemberRemoval(view, 'etcd-2')).toMatchObject({ votersLeft: 2 })
    cluster.alarms = [2n, 3n].map((memberId) => ({ kind: 'NOSPACE', memberId }))
    expect(planMemberRemoval(await cluster.operations().readView(), 'etcd-1').moveRaftLeader).toMatchObject({
      targetId: 2n,
    })
  })

  it('removes nobody while there is no quorum', async () => {
    const { members } = await viewOf(fakeMember(1), fakeMember(2), fakeMember(3))
    const view = { members: members.map((one, index) => (index === 0 ? one : { member: one.member })) }
    const refusal = await refusalOf(() => planMemberRemoval(view, 'etcd-2'))
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toContain('no quorum')
  })
})

describe('applyMemberRemoval', () => {
  it('removes the member and no other', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(2), fakeMember(3)])
    const plan = planMemberRemoval(await cluster.operations().readView(), 'etcd-1')
    await applyMemberRemoval(plan, cluster.operations(), fakeTime())
    expect(cluster.members.map(({ name }) => name)).toEqual(['etcd-2', 'etcd-3'])
  })

  it('moves the Raft leader first, and removes it also where that fails', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(2)])
    const said: string[] = []
    const operations = {
      ...cluster.operations(),
      moveRaftLeader: async (url: string, target: bigint) => {
        said.push(`${url} to ${target} while there are ${cluster.members.length}`)
        throw new Error('not now')
      },
    }
    await applyMemberRemoval(planMemberRemoval(await operations.readView(), 'etcd-1'), operations, fakeTime())
    expect(said).toEqual(['https://192.0.2.1:2379 to 2 while there are 2'])
    expect(cluster.members).toHaveLength(1)
  })

  it.each([
    ['lost', 2],
    ['lost, though the removal was not', 1],
  ])('tries again where the answer is %s, and removes nobody twice', async (_, expectedCalls) => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(2), fakeMember(3)])
    const operations = cluster.operations()
    let calls = 0
    const remove = async (id: bigint): Promise<void> => {
      calls += 1
      if (expectedCalls === 1 || calls > 1) await operations.remove(id)
      if (calls === 1) throw new SignetError('try-later', 'no answer in time')
    }
    const plan = planMemberRemoval(await operations.readView(), 'etcd-3')
    await applyMemberRemoval(plan, { ...operations, remove }, fakeTime())
    expect(calls).toBe(expectedCalls)
    expect(cluster.members.map(({ name }) => name)).toEqual(['etcd-1', 'etcd-2'])
  })
})
