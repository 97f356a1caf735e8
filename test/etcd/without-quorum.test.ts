import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignetError } from '../../src/core/signet-error.ts'
import { addLearner, promoteMember, removeMember } from '../../src/etcd/change-membership.ts'
import { formatTopology } from '../../src/etcd/format-topology.ts'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()

describe.skipIf(etcd === undefined)('a cluster of two that lost one member', { concurrent: true }, () => {
  let cluster: EtcdCluster
  let first: RunningEtcd

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    first = await cluster.startFirst()
    const client = cluster.connect([first.clientUrl])
    const joins = formatTopology(await listMembers(client, { linearizable: true }))
    const settings = await cluster.settle({ name: 'etcd-2', joins })
    const { added } = await addLearner(client, settings.advertisePeerUrls)
    const second = await cluster.start(settings)
    await cluster.waitUntilServing(second)
    await waitUntil(() => promoteMember(client, added.id).catch(() => undefined), {
      timeoutMs: 10_000,
      failure: () => new SignetError('unavailable', 'the learner is not promoted'),
    })
    await second.kill()
  })
  afterAll(() => cluster?.stop())

  it('still lists its members when asked for one member’s own view', async () => {
    const members = await listMembers(cluster.connect([first.clientUrl]), { linearizable: false })
    expect(members.map(({ name }) => name).sort()).toEqual(['etcd-1', 'etcd-2'])
  })

  it('lists its members as the cluster sees them from 3.5 on only with a quorum', async () => {
    const listing = listMembers(cluster.connect([first.clientUrl], 2000), { linearizable: true })
    if (etcd?.version.minor === 4) expect(await listing).toHaveLength(2)
    else expect((await refusalOf(listing)).code).toBe('try-later')
  })

  it('still tells the status of the member that runs', async () => {
    const status = await readMemberStatus(cluster.connect([first.clientUrl]), first.clientUrl)
    expect(status.dbSizeBytes).toBeGreaterThan(0)
  })

  // etcd itself gives up after seven seconds, and later where its machine has other work.
  it.each([1000, 30_000])('asks for patience with reads and writes, deadline %i ms', async (timeoutMs) => {
    const client = cluster.connect([first.clientUrl], timeoutMs)
    const refusals = await Promise.all([refusalOf(putKey(client, 'a', 'b')), refusalOf(getKey(client, 'a'))])
    for (const refusal of refusals) {
      expect(refusal.code).toBe('try-later')
      expect(refusal.message).toContain('quorum')
      expect(refusal.message).toContain(first.clientUrl)
    }
  })

  it('changes no members', async () => {
    const client = cluster.connect([first.clientUrl], 9000)
    const [member] = await listMembers(client, { linearizable: false })
    const refusals = await Promise.all([
      refusalOf(addLearner(client, ['https://127.0.0.1:1'])),
      refusalOf(removeMember(client, member?.id ?? 0n)),
    ])
    for (const refusal of refusals) expect(refusal.code).toBe('try-later')
  })
})
