import { fixOfNoSpace } from '../../cluster/cluster-alarm.ts'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { tryPatiently } from '../../cluster/try-patiently.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { Alarm } from '../../etcd/alarm.ts'
import { deleteKey, getKey, putKey } from '../../etcd/key-value.ts'
import { readMemberStatus } from '../../etcd/member-status.ts'
import { countKeys, readKeysHash } from '../../etcd/snapshot/store-at-revision.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import { formatClusterId } from '../../host/snapshots/snapshot-name.ts'
import type { NewCluster, RecoverRun } from './recover-run.ts'
import { readMasterLeases } from './stand-down/stand-down-facts.ts'
import { ownEndpoint } from './stand-down/watch-own-member.ts'

const key = 'signet/recovered'
const readingMs = 120_000
const writingMs = 30_000

/** Writes to the new cluster, reads it back, and reads what it holds at the revision that was restored. */
export async function proveNewCluster(run: RecoverRun): Promise<NewCluster> {
  const { host, facts, time } = run
  const endpoint = ownEndpoint(host)
  const client = connectWithPair(memberPaths(host.layout), { endpoints: [endpoint], timeoutMs: 5000 })
  try {
    const patience = { time, pause: (ms: number) => run.pause(ms), limitMs: writingMs }
    const { clusterId, alarms } = await tryPatiently(() => readMemberStatus(client, endpoint), patience)
    if (formatClusterId(clusterId) === facts.marker.clusterId) {
      throw new SignetError('internal', 'the new cluster has the id of the old one')
    }
    refuseAlarmed(alarms)
    const moment = { endpoint, revision: BigInt(run.noted('revisionAfter') ?? '0'), timeoutMs: readingMs }
    const hash = await readKeysHash(client, moment)
    const keys = await countKeys(client, moment)
    const written = `${facts.own.name} ${new Date(host.clock.now()).toISOString()}`
    await tryPatiently(() => putKey(client, key, written, { endpoint }), patience)
    const read = await tryPatiently(() => getKey(client, key, { endpoint }), patience)
    if (Buffer.from(read?.value ?? []).toString() !== written) {
      throw new SignetError('internal', 'the new cluster does not give back what was written to it')
    }
    await deleteKey(client, key, { endpoint })
    const masterLeases = await readMasterLeases(client, endpoint)
    return { clusterId: formatClusterId(clusterId), keys, hashKv: hash?.hash, masterLeases }
  } finally {
    client.close()
  }
}

// Alarms come with the data, of whichever member they were. What to do is in the message: the hint is to run it again.
function refuseAlarmed(alarms: readonly Alarm[]): void {
  const kinds = [...new Set(alarms.map(({ kind }) => kind))]
  if (kinds.length === 0) return
  const fix = kinds.includes('NOSPACE')
    ? fixOfNoSpace
    : 'compare its data with an older snapshot; then signet etcdctl -- alarm disarm'
  throw new SignetError(
    'try-later',
    `etcd takes no writes, since the alarm ${kinds.join(', ')} came with its data: ${fix}`,
  )
}
