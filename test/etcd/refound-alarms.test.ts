import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { Maintenance } from '../../src/etcd/rpc/rpc_pb.ts'
import type { HostLayout } from '../../src/host/host-layout.ts'
import { proveWrites } from '../../src/setup/refound/prove-writes.ts'
import { EtcdCluster } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { raiseAlarm } from '../support/etcd/raise-alarm.ts'
import { refusalOf } from '../support/refusal.ts'

const binary = findEtcd()
/** Of a member that is lost. */
const lostId = 4711n
// etcdserverpb: AlarmAction ACTIVATE, AlarmType CORRUPT.
const corruptAlarm = { action: 1, memberID: lostId, alarm: 2 }

describe.skipIf(binary === undefined)('a store that was restored with alarms', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster | undefined
  afterEach(() => cluster?.stop())

  async function start(): Promise<{ readonly client: EtcdClient; readonly prove: () => Promise<unknown> }> {
    if (binary === undefined) throw new Error('no etcd')
    cluster = new EtcdCluster(binary)
    const place = await cluster.settle({ name: `etcd-${randomUUID().slice(0, 4)}` })
    const member = await cluster.start({ ...place, initialCluster: `${place.name}=${place.listenPeerUrls[0]}` })
    await cluster.waitUntilServing(member)
    const { caFile, certFile, keyFile } = cluster.clientFiles
    const layout = { caCertificate: caFile, memberCertificate: certFile, memberKey: keyFile } as HostLayout
    const { clientUrl } = member
    const claim = { clientUrl, leastRevision: 1n, former: { sidecar: null } }
    return { client: cluster.connect([clientUrl]), prove: () => proveWrites({ layout }, claim) }
  }

  it('takes writes, though the lost member was full', async () => {
    const { client, prove } = await start()
    await raiseAlarm(client, lostId)
    expect(await prove()).toMatchObject({ apiservers: [] })
    expect((await readMemberStatus(client, client.endpoints[0] ?? '')).alarms).toEqual([])
  })

  it('keeps an alarm that doubts the data, and says so', async () => {
    const { client, prove } = await start()
    await client.call(Maintenance, (maintenance) => maintenance.alarm(corruptAlarm))
    const refusal = await refusalOf(prove)
    expect(refusal).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the alarm CORRUPT came with'),
    })
  })
})
