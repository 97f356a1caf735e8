import { describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../../test/support/host/fake-host.ts'
import type { ClusterOperations } from '../../../cluster/cluster-operations.ts'
import { SignetError } from '../../../core/signet-error.ts'
import { JoinRun } from '../join-run.ts'
import { waitUntilCaughtUp } from './catch-up.ts'

/** A run whose learner runs, with one look at its status after the other as the test wants it. */
async function catchUp(bend: (look: number, status: Awaited<ReturnType<ClusterOperations['readStatus']>>) => object) {
  const host = new FakeHost(new FakeCluster([fakeMember(1), fakeMember(2, { isLearner: true })]), 2)
  host.isRunning = true
  let looks = 0
  const operations = host.cluster.operations()
  const readStatus = async (url: string) => {
    const status = await operations.readStatus(url)
    if (url !== host.own.clientUrl) return status
    looks += 1
    return { ...status, ...bend(looks, status) }
  }
  const world = { ...host.world(), connect: async () => ({ ...operations, readStatus }) }
  const run = new JoinRun(host.plan({ busyPorts: [] }), world)
  await run.connect()
  await run.rememberMember(2n)
  return { host, looks: () => looks, outcome: waitUntilCaughtUp(run) }
}

describe('waitUntilCaughtUp', () => {
  it('is content with two good readings, and not with one', async () => {
    const { outcome, looks } = await catchUp((look) => (look === 2 ? { raftIndex: 0n } : {}))
    await outcome
    expect(looks()).toBe(4)
  })

  it('tells how far behind it stayed', async () => {
    const { outcome } = await catchUp(() => ({ raftIndex: 300n }))
    await expect(outcome).rejects.toMatchObject({
      code: 'unavailable',
      message: 'etcd of etcd-2 did not catch up: it lacks 700 entries of etcd-1 after 60 s',
    })
  })

  it('takes nobody else for its own member', async () => {
    const { outcome } = await catchUp(() => ({ memberId: 7n }))
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('another member answers at') })
  })

  it('wants it to follow the Raft leader that the cluster has', async () => {
    const { outcome } = await catchUp(() => ({ raftLeader: 0n }))
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('it knows no Raft leader') })
  })

  it('wants the cluster to know its name: what never started can be promoted by an old etcd', async () => {
    const { outcome, host } = await catchUp(() => {
      for (const member of host.cluster.members.slice(1)) member.name = ''
      return {}
    })
    await expect(outcome).rejects.toMatchObject({
      message: expect.stringContaining('has not told the cluster its name'),
    })
  })

  it.each([
    ['once, where it has everything and serves nobody', 1000n, ['stop', 'start']],
    ['not, while it still takes in the data', 0n, []],
    ['not, where its metrics do not tell how far it came', undefined, []],
  ] as const)('starts etcd again %s', async (_, appliedIndex, expected) => {
    const calls: string[] = []
    const host = new FakeHost(new FakeCluster([fakeMember(1), fakeMember(2, { isLearner: true })]), 2)
    host.isRunning = true
    host.appliedIndex = appliedIndex
    const world = host.world()
    const member: typeof world.member = {
      ...world.member,
      stop: async () => void calls.push('stop'),
      start: async () => void calls.push('start'),
    }
    const operations = host.cluster.operations()
    const readStatus: typeof operations.readStatus = async (url) => {
      if (url === host.own.clientUrl && calls.length === 0) throw new SignetError('unavailable', 'it is silent')
      return operations.readStatus(url)
    }
    const connect = async () => ({ ...operations, readStatus })
    const run = new JoinRun(host.plan({ busyPorts: [] }), { ...world, member, connect })
    await run.connect()
    await run.rememberMember(2n)
    const outcome = waitUntilCaughtUp(run)
    if (expected.length > 0) await outcome
    else
      await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('it does not answer after 60 s') })
    expect(calls).toEqual(expected)
  })

  it('starts etcd again when it ends, and gives up in the end', async () => {
    const { outcome, host } = await catchUp(() => {
      host.isRunning = false
      return {}
    })
    await expect(outcome).rejects.toMatchObject({ message: 'etcd of etcd-2 did not catch up: it has ended' })
  })
})
