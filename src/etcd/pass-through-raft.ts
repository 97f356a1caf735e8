import type { EtcdClient } from './etcd-client.ts'
import { Maintenance } from './rpc/rpc_pb.ts'

/**
 * Sends a request through the log that changes nothing: to be told the alarms. In 3.4 to 3.7 `EtcdServer.Alarm` proposes it as any
 * write (`v3_server.go`), and applying it only reads (`apply.go`). Resolves once it was applied.
 */
export async function passThroughRaft(client: EtcdClient, endpoint: string, timeoutMs = 10_000): Promise<void> {
  const options = { endpoint, timeoutMs }
  await client.call(Maintenance, (maintenance, deadline) => maintenance.alarm({ action: 0 }, deadline), options)
}
