import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { deleteKey, getKey, putKey } from '../../src/etcd/key-value.ts'
import { readSnapshot } from '../../src/etcd/snapshot/read-snapshot.ts'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { TcpGate } from '../support/etcd/tcp-gate.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

describe.skipIf(etcd === undefined)('the data of etcd', () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let client: EtcdClient

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    client = cluster.connect([member.clientUrl])
  })
  afterAll(() => cluster?.stop())

  it('gives back what was put, byte for byte', async () => {
    const value = Uint8Array.from({ length: 256 }, (_, index) => index)
    await putKey(client, 'clé', value)
    const stored = await getKey(client, 'clé')
    expect(Buffer.from(stored?.value ?? [])).toEqual(Buffer.from(value))
    await putKey(client, 'clé', 'later')
    expect((await getKey(client, 'clé'))?.revision).toBe((stored?.revision ?? 0n) + 1n)
  })

  it('has no key that was never put, and none that was deleted', async () => {
    expect(await getKey(client, 'never')).toBeUndefined()
    expect(await deleteKey(client, 'never')).toBe(false)
    await putKey(client, 'gone', '')
    expect(await deleteKey(client, 'gone')).toBe(true)
    expect(await getKey(client, 'gone')).toBeUndefined()
  })

  it('refuses a value larger than a request may be', async () => {
    const refusal = await refusalOf(putKey(client, 'large', new Uint8Array(1_600_000)))
    expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining('so large a request') })
  })

  it('comes whole in a snapshot, its digest at the end', async () => {
    await putKey(client, 'marker', 'to be found in the snapshot')
    const snapshot = await collect(readSnapshot(client, member.clientUrl))
    const [data, digest] = [snapshot.subarray(0, -32), snapshot.subarray(-32)]
    expect(digest).toEqual(createHash('sha256').update(data).digest())
    expect(data.includes('to be found in the snapshot')).toBe(true)
  })

  it('lets go of a snapshot that nobody reads on', async () => {
    for await (const chunk of readSnapshot(client, member.clientUrl)) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    await putKey(client, 'after', 'snapshot')
  })

  it('says so where the snapshot cannot come, stalls or breaks off', async () => {
    const [dead] = await findFreePorts('127.0.0.1', 1)
    const refusal = await refusalOf(collect(readSnapshot(client, `https://127.0.0.1:${dead}`)))
    expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining('connection refused') })

    for (let key = 0; key < 8; key += 1) await putKey(client, `filler-${key}`, new Uint8Array(1_000_000))
    const gate = await TcpGate.open(member.clientUrl)
    for (const hinder of [() => gate.freeze(), () => gate.cut()]) {
      gate.freeze(false)
      const asker = cluster.connect([gate.url])
      const hindered = (async () => {
        for await (const _ of readSnapshot(asker, gate.url, { stallMs: 500 })) hinder()
      })()
      expect((await refusalOf(hindered)).code).toBe('unavailable')
      asker.close()
    }
    gate.close()
  })
})
