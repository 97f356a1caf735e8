import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asSignetError, SignetError } from '../../src/core/signet-error.ts'
import { addLearner, moveRaftLeader, promoteMember, removeMember } from '../../src/etcd/change-membership.ts'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { formatPeers, formatTopology } from '../../src/etcd/format-topology.ts'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import type { Member } from '../../src/etcd/member.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()

/** Retries while etcd wants voters to have been connected for five seconds. */
function whenSettled<Value>(change: () => Promise<Value>): Promise<Value> {
  const attempt = (): Promise<Value | undefined> =>
    change().catch((error) => {
      if (asSignetError(error).code === 'try-later') return undefined
      throw error
    })
  return waitUntil(attempt, { timeoutMs: 15_000, failure: () => new SignetError('unavailable', 'never settled') })
}

describe.skipIf(etcd === undefined)('changing the members of a cluster', () => {
  let cluster: EtcdCluster
  let first: RunningEtcd
  let client: EtcdClient

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    first = await cluster.startFirst()
    client = cluster.connect([first.clientUrl], 10_000)
  })
  afterAll(() => cluster?.stop())

  const list = (): ReturnType<typeof listMembers> => listMembers(client, { linearizable: true })

  async function waitUntilInSync(learner: RunningEtcd): Promise<void> {
    await cluster.waitUntilServing(learner)
    const statusOf = (url: string): ReturnType<typeof readMemberStatus> => readMemberStatus(cluster.connect([url]), url)
    await waitUntil(
      async () => (await statusOf(first.clientUrl)).raftIndex - (await statusOf(learner.clientUrl)).raftIndex < 3n,
      { timeoutMs: 10_000, failure: () => new SignetError('unavailable', 'the learner does not catch up') },
    )
  }

  it('adds a learner, starts it with the list of members, promotes it and takes it out again', async () => {
    const settings = await cluster.settle({ name: 'etcd-2', joins: formatTopology(await list()) })
    const { added, members } = await addLearner(client, settings.advertisePeerUrls)
    expect(added).toMatchObject({ name: '', isStarted: false, isLearner: true, peerUrls: settings.advertisePeerUrls })
    expect(members.map(({ id }) => id)).toContain(added.id)

    const unstarted = await refusalOf(async () => formatTopology(await list()))
    expect(unstarted.code).toBe('try-later')
    expect(formatPeers(await list())).toBe(`${first.clientUrl}\n`)

    const second = await cluster.start(settings)
    await waitUntilInSync(second)
    const status = await readMemberStatus(cluster.connect([second.clientUrl]), second.clientUrl)
    expect(status).toMatchObject({ isLearner: true, memberId: added.id })
    expect(formatPeers(await list())).toBe(`${first.clientUrl}\n`)
    expect(
      formatTopology(await list())
        .split(',')
        .sort(),
    ).toEqual(settings.initialCluster.split(',').sort())

    const promoted = await promoteMember(client, added.id)
    expect(promoted.find(({ id }) => id === added.id)?.isLearner).toBe(false)
    expect(
      formatPeers(await list())
        .split('\n')
        .filter(Boolean)
        .sort(),
    ).toEqual([first.clientUrl, second.clientUrl].sort())
    expect((await refusalOf(whenSettled(() => promoteMember(client, added.id)))).code).toBe('refused')

    // A transfer that took too long may have come into force all the same.
    await whenSettled(async () => {
      const { raftLeader } = await readMemberStatus(client, first.clientUrl)
      return raftLeader === added.id || (await moveRaftLeader(client, first.clientUrl, added.id).then(() => true))
    })
    expect((await readMemberStatus(client, first.clientUrl)).raftLeader).toBe(added.id)
    expect((await refusalOf(moveRaftLeader(client, first.clientUrl, added.id))).message).toContain(
      'is not the Raft leader',
    )
    const firstId = (await readMemberStatus(client, first.clientUrl)).memberId
    await moveRaftLeader(cluster.connect([second.clientUrl]), second.clientUrl, firstId)

    const left = await whenSettled(() => removeMember(client, added.id))
    expect(left.map(({ name }) => name)).toEqual(['etcd-1'])
    expect((await refusalOf(removeMember(client, added.id))).message).toContain('does not know this member')
  })

  it('says that a learner answers no question about keys, and asks a voting member where it can', async () => {
    const settings = await cluster.settle({ name: 'etcd-3', joins: formatTopology(await list()) })
    const { added } = await addLearner(client, settings.advertisePeerUrls)
    const learner = await cluster.start(settings)
    await waitUntilInSync(learner)
    const refusal = await refusalOf(getKey(cluster.connect([learner.clientUrl]), 'any'))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('is a learner') })
    const asker = cluster.connect([learner.clientUrl, first.clientUrl])
    await putKey(asker, 'any', 'value', { once: true })
    expect(Buffer.from((await getKey(asker, 'any'))?.value ?? []).toString()).toBe('value')
    await whenSettled(() => removeMember(client, added.id))
    await learner.kill()
  })

  it('takes one learner at a time, knows its peer URL, and does not promote one that never ran', async () => {
    const { added } = await addLearner(client, ['https://127.0.0.1:1'])
    const second = await refusalOf(addLearner(client, ['https://127.0.0.1:2']))
    expect(second.code).toBe('try-later')
    expect(second.message).toMatch(/takes one at a time/)
    const same = await refusalOf(addLearner(client, ['https://127.0.0.1:1']))
    expect(same.message).toMatch(/peer URL already|takes one at a time/)
    const promotion = await refusalOf(promoteMember(client, added.id))
    expect(promotion).toMatchObject({ code: 'try-later', message: expect.stringContaining('has not caught up') })
    expect((await removeMember(client, added.id)).length).toBe(1)
    expect((await refusalOf(whenSettled(() => promoteMember(client, added.id)))).code).toBe('refused')
  })

  it('asks for patience with a peer URL that was taken out within the same second', async () => {
    const url = ['https://127.0.0.1:3']
    const addAndRemove = async (): Promise<readonly Member[]> => {
      const { added } = await addLearner(client, url)
      return await removeMember(client, added.id)
    }
    const refusal = await refusalOf(async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) await addAndRemove()
    })
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('within this second') })
    expect(await whenSettled(addAndRemove)).toHaveLength(1)
  })

  it.each([[['http://127.0.0.1:2380/path']], [[]]])('refuses to add the peer URLs %j', async (urls) => {
    expect((await refusalOf(addLearner(client, urls))).code).toMatch(/usage|configuration|bad-data/)
    expect((await list()).length).toBe(1)
  })
})
