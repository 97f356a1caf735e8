import { SignetError } from '../../core/signet-error.ts'
import { disarmNoSpace } from '../../etcd/disarm-no-space.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import type { ThrowawayEtcd } from './throwaway-etcd.ts'

/**
 * Alarms come with the data, of whichever member they were. That a database is full is no news of the snapshot: the throw-away etcd
 * has room, and takes writes once it is disarmed there. Throws `bad-data` where the data are held for corrupt: then it answers nothing.
 */
export async function settleAlarms({ client, endpoint }: ThrowawayEtcd, timeoutMs: number): Promise<void> {
  const { alarms } = await readMemberStatus(client, endpoint)
  const [doubt] = alarms.filter(({ kind }) => kind !== 'NOSPACE')
  if (doubt !== undefined) throw doubted(doubt.kind)
  await disarmNoSpace(client, alarms, { endpoint, timeoutMs })
}

function doubted(kind: string): SignetError {
  return new SignetError(
    'bad-data',
    `etcd itself doubts the data that were restored: the alarm ${kind} is among them`,
    {
      hint: 'take another snapshot on another member and try that: signet snapshot save; then: signet snapshot drill',
    },
  )
}
