import { asSignetError } from '../../core/signet-error.ts'
import type { EtcdClient } from '../etcd-client.ts'
import { KV, Maintenance } from '../rpc/rpc_pb.ts'

/** etcd's own hash of the keys up to a revision; two stores compare only where their compact revisions are equal too. */
export interface KeysHash {
  readonly hash: number
  readonly compactRevision: bigint
}

/** Which store of a member, and how long an answer may take. */
export interface StoreMoment {
  readonly endpoint: string
  readonly revision: bigint
  readonly timeoutMs: number
}

const everyKey = { key: new Uint8Array(1), rangeEnd: new Uint8Array(1) }

/** The hash at a revision, by this member alone; undefined where it cannot tell, as when that revision is compacted. */
export function readKeysHash(client: EtcdClient, moment: StoreMoment): Promise<KeysHash | undefined> {
  const { revision, endpoint, timeoutMs } = moment
  return orUndefined(async () => {
    const { hash, compactRevision } = await client.call(
      Maintenance,
      (maintenance, deadline) => maintenance.hashKV({ revision }, deadline),
      { endpoint, timeoutMs },
    )
    return { hash, compactRevision }
  })
}

/** How many keys there are at a revision, by this member alone; undefined where it cannot tell. */
export function countKeys(
  client: EtcdClient,
  { revision, endpoint, timeoutMs }: StoreMoment,
): Promise<number | undefined> {
  const request = { ...everyKey, revision, countOnly: true, serializable: true }
  return orUndefined(async () => {
    const { count } = await client.call(KV, (kv, deadline) => kv.range(request, deadline), { endpoint, timeoutMs })
    return Number(count)
  })
}

// A snapshot is as good without: a learner answers neither, nor does a member whose data is known to be corrupt.
async function orUndefined<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (asSignetError(error).code === 'internal') throw error
    return undefined
  }
}
