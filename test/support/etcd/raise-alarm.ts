import type { EtcdClient } from '../../../src/etcd/etcd-client.ts'
import { Maintenance } from '../../../src/etcd/rpc/rpc_pb.ts'

// etcdserverpb: AlarmAction ACTIVATE and DEACTIVATE, AlarmType NOSPACE.
const [activate, deactivate, noSpace] = [1, 2, 1]

/** Has etcd raise NOSPACE for a member; what it returns disarms it. */
export async function raiseAlarm(client: EtcdClient, memberID: bigint): Promise<() => Promise<void>> {
  const set = async (action: number): Promise<void> => {
    await client.call(Maintenance, (maintenance) => maintenance.alarm({ action, memberID, alarm: noSpace }))
  }
  await set(activate)
  return () => set(deactivate)
}
