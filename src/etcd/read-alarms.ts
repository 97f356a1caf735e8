import type { EtcdClient } from './etcd-client.ts'
import { Maintenance } from './rpc_pb.ts'

/** An alarm that etcd raised and keeps until an operator disarms it. */
export interface Alarm {
  readonly memberId: bigint
  readonly kind: 'no-space' | 'corrupt' | 'unknown'
}

// etcdserverpb.AlarmType
const kinds: Readonly<Record<number, Alarm['kind']>> = { 1: 'no-space', 2: 'corrupt' }

/** The alarms of all members. Even the question goes through Raft: throws `try-later` without a quorum. */
export async function readAlarms(client: EtcdClient): Promise<readonly Alarm[]> {
  const { alarms } = await client.call(Maintenance, (maintenance, deadline) => maintenance.alarm({}, deadline))
  return alarms.map(({ memberID, alarm }) => ({ memberId: memberID, kind: kinds[alarm] ?? 'unknown' }))
}
