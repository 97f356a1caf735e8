import { SignetError } from '../../core/signet-error.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { waitUntil } from '../../host/wait-until.ts'
import type { HostWorld } from '../host-world.ts'
import type { StepListener } from '../run/step-listener.ts'
import type { OwnMember } from './own-member.ts'

const startTimeoutMs = 60_000

/** Whose etcd is waited for, and how long its start may take where that is not the usual. */
interface StartingMember extends Pick<OwnMember, 'name' | 'clientUrl'> {
  readonly slowestMs?: number
}

/** Waits until this host's etcd answers over TLS and knows a Raft leader. Throws `unavailable`. */
export async function waitUntilServing(
  world: HostWorld,
  own: StartingMember,
  logHint: string,
  listener?: Pick<StepListener, 'waiting'>,
): Promise<void> {
  const pair = memberPaths(world.layout)
  await waitUntil(() => world.isServing(own.clientUrl, pair), {
    timeoutMs: own.slowestMs ?? startTimeoutMs,
    onWait: (leftMs) => listener?.waiting('etcd does not serve yet', leftMs),
    stillHoped: () => !world.signal.aborted,
    failure: () => new SignetError('unavailable', `etcd of ${own.name} does not serve`, { hint: `read ${logHint}` }),
  })
}
