import { type AddedMember, addLearner, moveRaftLeader, promoteMember, removeMember } from '../etcd/change-membership.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { deleteKey, putKey } from '../etcd/key-value.ts'
import { listMembers } from '../etcd/list-members.ts'
import type { Member } from '../etcd/member.ts'
import { type MemberStatus, readMemberStatus } from '../etcd/member-status.ts'
import type { ClusterView } from './cluster-view.ts'
import { readCluster } from './read-cluster.ts'

/** All that is asked of the cluster. Every call throws SignetError, as `src/etcd` does. */
export interface ClusterOperations {
  readView(): Promise<ClusterView>
  /** As a quorum sees them. */
  listMembers(): Promise<readonly Member[]>
  /** As the member at this client URL sees them. */
  listMembersAt(clientUrl: string): Promise<readonly Member[]>
  readStatus(clientUrl: string, timeoutMs?: number): Promise<MemberStatus>
  addLearner(peerUrl: string): Promise<AddedMember>
  promote(id: bigint, raftLeaderUrl: string): Promise<void>
  remove(id: bigint): Promise<void>
  moveRaftLeader(raftLeaderUrl: string, targetId: bigint): Promise<void>
  putAt(clientUrl: string, key: string, value: string): Promise<void>
  deleteKey(key: string): Promise<void>
  close(): void
}

const changeTimeoutMs = 10_000
const statusTimeoutMs = 2000
const putTimeoutMs = 5000

/** The operations over a client whose endpoints are voting members; `close` closes it. */
export function etcdOperations(client: EtcdClient): ClusterOperations {
  const change = { timeoutMs: changeTimeoutMs }
  return {
    readView: () => readCluster(client),
    listMembers: () => listMembers(client, { linearizable: true }),
    listMembersAt: (endpoint) => listMembers(client, { linearizable: false, endpoint, timeoutMs: statusTimeoutMs }),
    readStatus: (clientUrl, timeoutMs = statusTimeoutMs) => readMemberStatus(client, clientUrl, timeoutMs),
    addLearner: (peerUrl) => addLearner(client, [peerUrl], change),
    promote: async (id, endpoint) => void (await promoteMember(client, id, { ...change, endpoint })),
    remove: async (id) => void (await removeMember(client, id, change)),
    moveRaftLeader: (raftLeaderUrl, targetId) => moveRaftLeader(client, raftLeaderUrl, targetId),
    putAt: (endpoint, key, value) => putKey(client, key, value, { endpoint, timeoutMs: putTimeoutMs }),
    deleteKey: async (key) => void (await deleteKey(client, key, change)),
    close: () => client.close(),
  }
}
