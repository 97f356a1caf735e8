import type { CallOptions, EtcdClient } from './etcd-client.ts'
import { KV } from './rpc/rpc_pb.ts'

export interface StoredValue {
  readonly value: Uint8Array
  /** The revision of the store at which the key was last written. */
  readonly revision: bigint
  /** That at which it was first written since it was last deleted. */
  readonly createRevision: bigint
}

const utf8 = new TextEncoder()

/** Writes a key; resolves once a quorum has it. Writing the same twice is harmless, so any endpoint may be asked. */
export async function putKey(
  client: EtcdClient,
  key: string,
  value: string | Uint8Array,
  options: CallOptions = {},
): Promise<void> {
  const bytes = typeof value === 'string' ? utf8.encode(value) : value
  await client.call(KV, (kv, deadline) => kv.put({ key: utf8.encode(key), value: bytes }, deadline), options)
}

/** Reads a key as a quorum sees it; undefined where there is none. */
export async function getKey(
  client: EtcdClient,
  key: string,
  options: CallOptions = {},
): Promise<StoredValue | undefined> {
  const { kvs } = await client.call(KV, (kv, deadline) => kv.range({ key: utf8.encode(key) }, deadline), options)
  const found = kvs[0]
  return found === undefined
    ? undefined
    : { value: found.value, revision: found.modRevision, createRevision: found.createRevision }
}

/** Deletes a key; whether there was one. */
export async function deleteKey(client: EtcdClient, key: string, options: CallOptions = {}): Promise<boolean> {
  const request = { key: utf8.encode(key) }
  const { deleted } = await client.call(KV, (kv, deadline) => kv.deleteRange(request, deadline), options)
  return deleted > 0n
}
