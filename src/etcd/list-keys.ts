import type { CallOptions, EtcdClient } from './etcd-client.ts'
import { KV } from './rpc/rpc_pb.ts'

const mostKeys = 1000n

/** The keys that begin so, by one member alone: also without a quorum. The first thousand; what is no text is left out. */
export async function listKeys(
  client: EtcdClient,
  prefix: string,
  options: CallOptions & { readonly endpoint: string },
): Promise<readonly string[]> {
  const key = Buffer.from(prefix)
  const rangeEnd = Buffer.from(key)
  rangeEnd[rangeEnd.length - 1] = (rangeEnd.at(-1) ?? 0) + 1
  const request = { key, rangeEnd, keysOnly: true, serializable: true, limit: mostKeys }
  const { kvs } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), options)
  return kvs.map((one) => Buffer.from(one.key).toString('utf8'))
}
