import { KV } from '../../etcd/rpc/rpc_pb.ts'
import { countKeys, readKeysHash } from '../../etcd/snapshot/store-at-revision.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import type { RestoredStore } from './compare-drill.ts'
import { settleAlarms } from './settle-alarms.ts'
import type { ThrowawayEtcd } from './throwaway-etcd.ts'

/** What to ask a restored store. */
export interface StoreQuestion {
  /** The snapshot's. */
  readonly revision: bigint
  readonly version: EtcdVersion
  readonly timeoutMs: number
}

const everyKey = { key: new Uint8Array(1), rangeEnd: new Uint8Array(1) }
/** etcd reads the values too of keys that are listed without them; of 1.5 MB each a page is still within a gigabyte. */
const pageKeys = 500
const written = { key: Buffer.from('signet/drill'), value: Buffer.from('written by signet snapshot drill') }

/** Asks a restored store for all that can be compared, has it read every key, and one of each page by its own, and writes one. */
export async function readRestored(etcd: ThrowawayEtcd, question: StoreQuestion): Promise<RestoredStore> {
  const { revision, version, timeoutMs } = question
  const moment = { endpoint: etcd.endpoint, revision, timeoutMs }
  await settleAlarms(etcd, timeoutMs)
  const current = await readRevision(etcd, timeoutMs)
  const keys = await countKeys(etcd.client, moment)
  const hash = await readKeysHash(etcd.client, moment)
  // One that it has not reached it would refuse; 0 is where it is.
  const read = await readAll(etcd, { revision: current < revision ? 0n : revision, timeoutMs })
  return { revision: current, keys, hash, version, ...read, tookWrite: await takesWrite(etcd, timeoutMs) }
}

async function readRevision({ client, endpoint }: ThrowawayEtcd, timeoutMs: number): Promise<bigint> {
  const request = { ...everyKey, limit: 1n, keysOnly: true }
  const { header } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), { endpoint, timeoutMs })
  return header?.revision ?? 0n
}

interface ReadMoment {
  readonly revision: bigint
  readonly timeoutMs: number
}

/** Key by key from the first to the last, as kube-apiserver lists them. */
async function readAll(etcd: ThrowawayEtcd, moment: ReadMoment): Promise<Pick<RestoredStore, 'listed' | 'missing'>> {
  let [listed, missing] = [0, 0]
  for (let from = everyKey.key; ; ) {
    const { keys, more } = await listKeys(etcd, from, moment)
    const [first, last] = [keys[0], keys.at(-1)]
    if (first === undefined || last === undefined) return { listed, missing }
    listed += keys.length
    if (!(await isRead(etcd, first, moment))) missing += 1
    if (!more) return { listed, missing }
    // The next one in the order of bytes.
    from = Buffer.concat([last, new Uint8Array(1)])
  }
}

async function listKeys(
  { client, endpoint }: ThrowawayEtcd,
  from: Uint8Array,
  { revision, timeoutMs }: ReadMoment,
): Promise<{ readonly keys: readonly Uint8Array[]; readonly more: boolean }> {
  const request = { ...everyKey, key: from, revision, limit: BigInt(pageKeys), keysOnly: true }
  const { kvs, more } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), { endpoint, timeoutMs })
  return { keys: kvs.map(({ key }) => key), more }
}

async function isRead(
  { client, endpoint }: ThrowawayEtcd,
  key: Uint8Array,
  { revision, timeoutMs }: ReadMoment,
): Promise<boolean> {
  const request = { key, revision }
  const { kvs } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), { endpoint, timeoutMs })
  return kvs.length === 1
}

async function takesWrite({ client, endpoint }: ThrowawayEtcd, timeoutMs: number): Promise<boolean> {
  await client.call(KV, (kv, deadline) => kv.put(written, deadline), { endpoint, timeoutMs })
  const request = { key: written.key }
  const { kvs } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), { endpoint, timeoutMs })
  return kvs[0] !== undefined && Buffer.from(kvs[0].value).equals(written.value)
}
