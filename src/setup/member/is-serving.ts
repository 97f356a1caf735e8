import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { waitUntil } from '../../host/wait-until.ts'
import type { HostWorld } from '../host-world.ts'
import type { OwnMember } from '../run/check-host.ts'

const startTimeoutMs = 60_000
const askTimeoutMs = 2000

/** Waits until this host's etcd answers over TLS and knows a Raft leader. Throws `unavailable`. */
export async function waitUntilServing(world: HostWorld, own: OwnMember, logHint: string): Promise<void> {
  await waitUntil(() => world.isServing(world, own), {
    timeoutMs: startTimeoutMs,
    stillHoped: () => !world.signal.aborted,
    failure: () => new SignetError('unavailable', `etcd of ${own.name} does not serve`, { hint: `read ${logHint}` }),
  })
}

/** Whether this host's etcd answers over TLS, with this host's certificate, and knows a Raft leader. */
export async function isServing(world: HostWorld, { clientUrl }: OwnMember): Promise<boolean> {
  const client = connectWithPair(memberPaths(world.layout), { endpoints: [clientUrl], timeoutMs: askTimeoutMs })
  try {
    return (await readMemberStatus(client, clientUrl)).leader !== 0n
  } catch {
    return false
  } finally {
    client.close()
  }
}
