import { Code, ConnectError } from '@connectrpc/connect'
import { SignetError } from '../core/signet-error.ts'
import type { CallOptions, EtcdClient } from './etcd-client.ts'
import { parseMembers } from './list-members.ts'
import type { Member } from './member.ts'
import { Cluster, Maintenance } from './rpc/rpc_pb.ts'

export interface AddedMember {
  readonly added: Member
  /** All members, the new one included. */
  readonly members: readonly Member[]
}

/** Deadline and endpoint of a change; without an endpoint, any that can be reached. */
export type ChangeOptions = Pick<CallOptions, 'endpoint' | 'timeoutMs'>

/**
 * Adds a member as a learner: it has no vote, so that the cluster does not depend on it before it runs. Throws
 * `try-later` while there is another learner or a voter is down, `refused` where the peer URL is taken.
 */
export async function addLearner(
  client: EtcdClient,
  peerUrls: readonly string[],
  options: ChangeOptions = {},
): Promise<AddedMember> {
  const request = { peerURLs: [...peerUrls], isLearner: true }
  const { member, members } = await client
    .call(Cluster, (cluster, deadline) => cluster.memberAdd(request, deadline), { ...options, once: true })
    .catch(explainTakenId)
  const parsed = parseMembers(members)
  const added = parsed.find(({ id }) => id === member?.ID)
  if (added === undefined) throw new SignetError('internal', 'etcd does not list the member that it just added')
  return { added, members: parsed }
}

// An id is a hash of peer URL and Unix second, and the id of a removed member is never given again.
function explainTakenId(error: unknown): never {
  if (error instanceof SignetError && error.cause instanceof ConnectError && error.cause.code === Code.NotFound) {
    throw new SignetError('try-later', 'a member with this peer URL was taken out within this second', {
      hint: 'try again in a second',
      cause: error,
    })
  }
  throw error
}

/**
 * Gives a learner its vote. Throws `try-later` while it is not in sync, `refused` where it votes already or is unknown.
 * 3.4 up to 3.4.23 and 3.5 up to 3.5.6 may promote a learner that never started: see first that it runs and is in sync.
 */
export async function promoteMember(
  client: EtcdClient,
  id: bigint,
  options: ChangeOptions = {},
): Promise<readonly Member[]> {
  const { members } = await client.call(Cluster, (cluster, deadline) => cluster.memberPromote({ ID: id }, deadline), {
    ...options,
    once: true,
  })
  return parseMembers(members)
}

/** Takes a member out. Throws `refused` where it is unknown, `try-later` where that would cost the quorum. */
export async function removeMember(
  client: EtcdClient,
  id: bigint,
  options: ChangeOptions = {},
): Promise<readonly Member[]> {
  const { members } = await client.call(Cluster, (cluster, deadline) => cluster.memberRemove({ ID: id }, deadline), {
    ...options,
    once: true,
  })
  return parseMembers(members)
}

/** Makes a voting member the Raft leader. Must be asked at the present one's endpoint; `try-later` at any other. */
export async function moveRaftLeader(client: EtcdClient, raftLeaderEndpoint: string, targetId: bigint): Promise<void> {
  const request = { targetID: targetId }
  await client.call(Maintenance, (maintenance, deadline) => maintenance.moveLeader(request, deadline), {
    endpoint: raftLeaderEndpoint,
    once: true,
  })
}
