import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { deleteKey, putKey } from '../../src/etcd/key-value.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import { verifySnapshot } from '../../src/recovery/verify-snapshot.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()

describe.skipIf(etcd === undefined)('a snapshot of this member', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let client: EtcdClient
  let host: RecoveryHost

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    client = cluster.connect([member.clientUrl])
    for (let key = 0; key < 40; key += 1) await putKey(client, `key-${key}`, `value ${key}`)
    await deleteKey(client, 'key-39')
  })
  afterAll(() => cluster?.stop())
  beforeEach(() => {
    host = new RecoveryHost(cluster, member)
  })
  afterEach(() => host.remove())

  it('has its name, and its sidecar, only once it is whole and proven', async () => {
    const receipt = await takeSnapshot(host.world)
    const { file, ...sidecar } = receipt
    expect(file).toMatch(/\/var\/lib\/signet-snapshots\/etcd-[0-9a-f]{8}-[0-9]{8}T[0-9]{6}Z-r42\.db$/)
    const bytes = readFileSync(file)
    expect(receipt).toMatchObject({ revision: '42', compactRevision: '0', keys: 39, bytes: bytes.length })
    expect(receipt.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(bytes.subarray(-32)).toEqual(createHash('sha256').update(bytes.subarray(0, -32)).digest())
    expect(receipt.members).toEqual([{ id: receipt.memberId, name: 'etcd-1', peerUrls: [member.peerUrl] }])
    expect(JSON.parse(readFileSync(file.replace(/\.db$/, '.json'), 'utf8'))).toEqual(sidecar)
    expect(readdirSync(dirname(file))).toHaveLength(2)
    expect([file, file.replace(/\.db$/, '.json'), dirname(file)].map(modeOf)).toEqual(['600', '600', '700'])
    expect(await verifySnapshot(file, host.world.files)).toMatchObject({ revision: '42', sidecar })
  })

  it('is taken anew after Ctrl-C, which leaves nothing', async () => {
    const order = { onProgress: () => host.interrupt.abort() }
    expect(await refusalOf(takeSnapshot(host.world, order))).toMatchObject({ code: 'try-later' })
    expect(readdirSync(host.world.layout.snapshots)).toEqual([])
  })
})

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}
