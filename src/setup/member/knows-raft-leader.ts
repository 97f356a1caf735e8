import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import type { PairPaths } from '../../host/pair-paths.ts'

const askTimeoutMs = 2000

/** Whether the etcd at this URL answers over TLS, to the pair that is at these paths, and knows a Raft leader. */
export async function knowsRaftLeader(clientUrl: string, pair: PairPaths): Promise<boolean> {
  const client = connectWithPair(pair, { endpoints: [clientUrl], timeoutMs: askTimeoutMs })
  try {
    return (await readMemberStatus(client, clientUrl)).raftLeader !== 0n
  } catch {
    return false
  } finally {
    client.close()
  }
}
