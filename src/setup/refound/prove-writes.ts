import { randomUUID } from 'node:crypto'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { SignetError } from '../../core/signet-error.ts'
import { disarmNoSpace } from '../../etcd/disarm-no-space.ts'
import { deleteKey, getKey, putKey } from '../../etcd/key-value.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import type { HostWorld } from '../host-world.ts'
import { readMasterLeases } from '../recover/stand-down/stand-down-facts.ts'
import type { FoundingSnapshot } from './founding-snapshot.ts'

/** What a restored store has shown. */
export interface StoreProof {
  /** Sixteen hexadecimal digits. */
  readonly clusterId: string
  /** Of the first write. */
  readonly revision: string
  /** Where the database knows an apiserver. */
  readonly apiservers: readonly string[]
}

/** What it must show. */
export interface StoreClaim {
  readonly clientUrl: string
  readonly leastRevision: bigint
  readonly former: Pick<FoundingSnapshot, 'sidecar'>
}

const timeoutMs = 10_000
const provingKey = 'signet/founded-anew'

/** Proves by a write that the store takes writes, has new revisions, and is of another cluster than the lost one. */
export async function proveWrites(
  { layout }: Pick<HostWorld, 'layout'>,
  { clientUrl, leastRevision, former }: StoreClaim,
): Promise<StoreProof> {
  const client = connectWithPair(memberPaths(layout), { endpoints: [clientUrl], timeoutMs })
  try {
    const { clusterId, alarms } = await readMemberStatus(client, clientUrl)
    // They come with the data. That the lost member was full is no news: this one's quota has room for them, as the plan has seen.
    const [doubt] = await disarmNoSpace(client, alarms, { endpoint: clientUrl, timeoutMs })
    if (doubt !== undefined) throw doubted(doubt.kind)
    const apiservers = await readMasterLeases(client, clientUrl)
    const value = randomUUID()
    await putKey(client, provingKey, value)
    const found = await getKey(client, provingKey)
    await deleteKey(client, provingKey)
    if (new TextDecoder().decode(found?.value) !== value) throw unproven('what was written was not read again')
    const revision = found?.revision ?? 0n
    if (revision < leastRevision) throw unproven(`its revision is ${revision}, below ${leastRevision}`)
    const id = clusterId.toString(16).padStart(16, '0')
    if (id === former.sidecar?.clusterId) throw unproven(`it is the lost cluster itself, ${id}`)
    return { clusterId: id, revision: `${revision}`, apiservers }
  } finally {
    client.close()
  }
}

function doubted(kind: string): SignetError {
  return new SignetError('unavailable', `etcd takes no writes, since the alarm ${kind} came with its data`, {
    hint: 'found the cluster of an older snapshot, on a host that is wiped; or, where you trust the data: signet etcdctl -- alarm disarm',
  })
}

function unproven(why: string): SignetError {
  return new SignetError('unavailable', `etcd serves, and not what was restored: ${why}`, {
    hint: 'see: journalctl -u etcd -n 50',
  })
}
