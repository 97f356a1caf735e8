import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import type { EtcdClient } from '../../etcd/etcd-client.ts'
import { getKey } from '../../etcd/key-value.ts'
import { listMembers } from '../../etcd/list-members.ts'
import type { Member } from '../../etcd/member.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import type { PairPaths } from '../../host/pair-paths.ts'

/** What an etcd says of itself at a client URL. */
export interface PlaceAnswer {
  readonly url: string
  /** In sixteen hexadecimal digits. */
  readonly clusterId: string
  /** Whether a quorum of its cluster answers through it. */
  readonly hasQuorum: boolean
  /** As it knows them itself. */
  readonly members: readonly Member[]
}

const askMs = 3000

/** Asks all of them at once; who does not answer is not in the list. */
export async function askPlaces(urls: readonly string[], pair: PairPaths): Promise<readonly PlaceAnswer[]> {
  const client = connectWithPair(pair, { endpoints: urls, timeoutMs: askMs })
  try {
    const answers = await Promise.all(urls.map((url) => askMember(client, url).catch(() => undefined)))
    return answers.flatMap((answer) => answer ?? [])
  } finally {
    client.close()
  }
}

async function askMember(client: EtcdClient, endpoint: string): Promise<PlaceAnswer> {
  const status = await readMemberStatus(client, endpoint, askMs)
  const own = await listMembers(client, { linearizable: false, endpoint }).catch(() => [])
  // By a read through Raft: etcd 3.4 lists its members without asking anybody.
  const hasQuorum = await getKey(client, 'signet/rejoin', { endpoint, timeoutMs: askMs }).then(
    () => true,
    () => false,
  )
  return { url: endpoint, clusterId: status.clusterId.toString(16).padStart(16, '0'), hasQuorum, members: own }
}
