import { X509Certificate } from 'node:crypto'
import { type ClusterAccess, findAccess } from '../cluster/cluster-access.ts'
import { formatMemberId } from '../cluster/cluster-view.ts'
import { connectWithPair } from '../cluster/connect-with-pair.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { listMembers } from '../etcd/list-members.ts'
import { type MemberStatus, readMemberStatus } from '../etcd/member-status.ts'
import { countKeys, readKeysHash } from '../etcd/snapshot/store-at-revision.ts'
import { memberPaths, type PairPaths } from '../host/pair-paths.ts'
import { readRequiredFile } from '../host/read-required-file.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import type { SnapshotSidecar } from './snapshot-receipt.ts'

/** The one member that a snapshot comes from: everything is asked of it alone, so that no quorum is needed. */
export interface SnapshotSource {
  readonly client: EtcdClient
  readonly endpoint: string
  readonly status: MemberStatus
  /** With what it is asked. */
  readonly paths: PairPaths
  /** The pin of the first CA that this host believes. */
  readonly caPin: string
}

const timeoutMs = 5000
/** Hashing and counting read every key; of 1 GiB that took 4 s under load (etcd 3.5). */
const readingTimeoutMs = 120_000

/** Asks this host's own member, or the first of a sandbox, how it is. The caller closes the client. */
export async function openSource(
  sandbox: string | undefined,
  { layout, etcdPorts }: Pick<RecoveryWorld, 'layout' | 'etcdPorts'>,
): Promise<SnapshotSource> {
  const own: ClusterAccess = { endpoints: [`https://127.0.0.1:${etcdPorts.client}`], paths: memberPaths(layout) }
  const { endpoints, paths } = sandbox === undefined ? own : findAccess(sandbox)
  const endpoint = endpoints[0] ?? ''
  const client = connectWithPair(paths, { endpoints: [endpoint], timeoutMs })
  try {
    const caPin = certificatePin(new X509Certificate(readRequiredFile(paths.ca, 'run this as root on a member')).raw)
    return { client, endpoint, paths, status: await readMemberStatus(client, endpoint), caPin }
  } catch (error) {
    client.close()
    throw error
  }
}

/** What the member knows of its store at the revision that a snapshot of it holds. */
export async function describeMoment(
  { client, endpoint }: SnapshotSource,
  revision: bigint,
): Promise<Pick<SnapshotSidecar, 'hashKv' | 'keys' | 'members'>> {
  const moment = { endpoint, revision, timeoutMs: readingTimeoutMs }
  const hash = await readKeysHash(client, moment)
  const keys = await countKeys(client, moment)
  // A learner lists nobody.
  const members = await listMembers(client, { linearizable: false, endpoint }).catch(() => [])
  return {
    hashKv: hash === undefined ? null : { hash: hash.hash, compactRevision: `${hash.compactRevision}` },
    keys: keys ?? null,
    members: members.map(({ id, name, peerUrls }) => ({ id: formatMemberId(id), name, peerUrls: [...peerUrls] })),
  }
}
