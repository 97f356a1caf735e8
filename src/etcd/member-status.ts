import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { type Alarm, readFaults } from './alarm.ts'
import type { EtcdClient } from './etcd-client.ts'
import { Maintenance } from './rpc/rpc_pb.ts'

/** How one member sees itself. A learner answers this too. */
export interface MemberStatus {
  readonly clusterId: bigint
  readonly memberId: bigint
  readonly version: string
  readonly dbSizeBytes: number
  /** The Raft leader's id; 0 where this member knows none. */
  readonly raftLeader: bigint
  readonly raftIndex: bigint
  readonly raftTerm: bigint
  readonly isLearner: boolean
  /** The alarms of the cluster, its own first, 64 at most: every member repeats those of the others, and of members that are gone. */
  readonly alarms: readonly Alarm[]
  /** Its other faults, quoted. */
  readonly errors: readonly string[]
}

/** Asks one member, at its own endpoint. */
export async function readMemberStatus(
  client: EtcdClient,
  endpoint: string,
  timeoutMs?: number,
): Promise<MemberStatus> {
  const options = timeoutMs === undefined ? { endpoint } : { endpoint, timeoutMs }
  const status = await client.call(Maintenance, (maintenance, deadline) => maintenance.status({}, deadline), options)
  const { leader: raftLeader, raftIndex, raftTerm, isLearner } = status
  const memberId = status.header?.memberId ?? 0n
  const { alarms, others } = readFaults(status.errors, memberId)
  return {
    clusterId: status.header?.clusterId ?? 0n,
    memberId,
    version: /^[0-9A-Za-z.+-]{1,32}$/.test(status.version) ? status.version : quoteUntrusted(status.version),
    dbSizeBytes: Number(status.dbSize),
    raftLeader,
    raftIndex,
    raftTerm,
    isLearner,
    alarms,
    errors: others.map(quoteUntrusted),
  }
}
