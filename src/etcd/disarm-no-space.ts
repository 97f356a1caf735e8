import type { Alarm } from './alarm.ts'
import type { EtcdClient } from './etcd-client.ts'
import { Maintenance } from './rpc/rpc_pb.ts'

/** Who is asked, and for how long. */
export interface DisarmPlace {
  readonly endpoint: string
  readonly timeoutMs: number
}

/** etcdserverpb.AlarmRequest: DEACTIVATE, and NOSPACE of AlarmType. */
const [deactivate, noSpace] = [2, 1]

/** Ends the alarms NOSPACE among these, of whichever member they were; gives back all others, which are for a person to judge. */
export async function disarmNoSpace(
  client: EtcdClient,
  alarms: readonly Alarm[],
  place: DisarmPlace,
): Promise<readonly Alarm[]> {
  for (const { kind, memberId: memberID } of alarms) {
    if (kind !== 'NOSPACE') continue
    const request = { action: deactivate, memberID, alarm: noSpace }
    await client.call(Maintenance, (maintenance, deadline) => maintenance.alarm(request, deadline), place)
  }
  return alarms.filter(({ kind }) => kind !== 'NOSPACE')
}
