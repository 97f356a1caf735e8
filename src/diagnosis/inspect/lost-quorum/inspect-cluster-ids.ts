import { formatHostPort, parseIpAddress } from '../../../core/ip-address.ts'
import { askPeer, type PeerCredential } from '../../../etcd/ask-peer.ts'
import { connectEtcd } from '../../../etcd/etcd-client.ts'
import { readMemberStatus } from '../../../etcd/member-status.ts'
import { isEtcdUrl } from '../../../etcd/member-url.ts'
import type { RecoveryMarks } from '../../../host/lost-quorum/recovery-marks.ts'
import { formatClusterId } from '../../../host/snapshots/snapshot-name.ts'
import type { InspectedEtcdServers } from '../apiserver/inspect-etcd-servers.ts'
import type { InspectedCluster } from '../inspect-cluster.ts'
import type { HostPair } from '../inspect-pairs.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** Where an etcd answers, and of which cluster it says that it is. */
export interface AnsweringPlace {
  readonly place: string
  /** In sixteen hexadecimal digits. */
  readonly clusterId: string
}

/** Every place that this host knows of, and what was found there. */
export interface InspectedClusterIds {
  readonly places: readonly AnsweringPlace[]
  /** The ids of which a recovery of this host has told that their cluster is no more. */
  readonly former: readonly string[]
}

/** Other facts, of which each knows some places. */
export interface ClusterIdSources {
  readonly pairs: readonly HostPair[]
  readonly cluster: InspectedCluster | undefined
  readonly etcdServers: InspectedEtcdServers | undefined
  readonly recovery: RecoveryMarks | undefined
}

const askMs = 1500
const usualPorts = { client: 2379, peer: 2380 }

/** Asks all places at which this host knows an etcd, or knew one, for its cluster. Undefined where none is known, or no pair. */
export async function inspectClusterIds(
  sources: ClusterIdSources,
  { remainingMs }: Pick<InspectionWorld, 'remainingMs'>,
): Promise<InspectedClusterIds | undefined> {
  const credential = credentialOf(sources.pairs)
  if (credential === undefined) return undefined
  const asked = placesOf(sources)
  if (asked.clientUrls.length + asked.peerUrls.length === 0) return undefined
  const timeoutMs = Math.max(1, Math.min(askMs, remainingMs()))
  const found = await Promise.all([
    ...asked.clientUrls.map((url) => askClientPort(url, credential, timeoutMs)),
    ...asked.peerUrls.map((url) => askPeerPort(url, credential, timeoutMs)),
  ])
  return { places: found.flatMap((place) => place ?? []), former: formerIds(sources.recovery) }
}

function placesOf({ pairs, cluster, etcdServers, recovery }: ClusterIdSources) {
  const members = cluster !== undefined && 'view' in cluster ? cluster.view.members.map(({ member }) => member) : []
  const servers = (etcdServers?.apiservers ?? []).flatMap((one) => ('flags' in one ? one.flags.servers : []))
  const marker = recovery?.standDown
  const former = marker === undefined || marker === 'unreadable' ? [] : marker.members
  const addresses = (recovery?.receipt?.members ?? []).flatMap((member) => member.addresses)
  const at = (port: number): readonly string[] =>
    addresses.flatMap((address) =>
      parseIpAddress(address) === undefined ? [] : `https://${formatHostPort(address, port)}`,
    )
  const clientUrls = [
    ...pairs.flatMap(({ state }) => state?.endpoints ?? []),
    ...servers,
    ...[...members, ...former].flatMap((member) => member.clientUrls),
    ...at(usualPorts.client),
  ]
  // An etcd without a quorum that was started anew answers there alone, and to members alone.
  const isMember = pairs.some(({ pair }) => pair.kind === 'member')
  const peerUrls = isMember ? [...former.flatMap((member) => member.peerUrls), ...at(usualPorts.peer)] : []
  return { clientUrls: unique(clientUrls), peerUrls: unique(peerUrls) }
}

function unique(urls: readonly string[]): readonly string[] {
  return [...new Set(urls)].filter(isEtcdUrl)
}

function credentialOf(pairs: readonly HostPair[]): PeerCredential | undefined {
  for (const { pair } of pairs) {
    const { key, certificate, ca } = pair
    if (key.content === undefined || certificate.file === undefined || ca.file === undefined) continue
    const keyPem = key.content.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { ca: ca.file.text, cert: certificate.file.text, key: keyPem }
  }
  return undefined
}

async function askClientPort(
  url: string,
  { ca, cert, key }: PeerCredential,
  timeoutMs: number,
): Promise<AnsweringPlace | undefined> {
  const client = connectEtcd({ endpoints: [url], timeoutMs, caPem: ca, certPem: cert, keyPem: key })
  try {
    const { clusterId } = await readMemberStatus(client, url)
    return { place: url, clusterId: formatClusterId(clusterId) }
  } catch {
    return undefined
  } finally {
    client.close()
  }
}

async function askPeerPort(
  url: string,
  credential: PeerCredential,
  timeoutMs: number,
): Promise<AnsweringPlace | undefined> {
  const clusterId = (await askPeer(url, credential, timeoutMs))?.clusterId
  return clusterId === undefined ? undefined : { place: url, clusterId }
}

function formerIds(recovery: RecoveryMarks | undefined): readonly string[] {
  const marker = recovery?.standDown
  const told = [recovery?.receipt?.oldClusterId, marker === 'unreadable' ? undefined : marker?.clusterId]
  return told.flatMap((id) => id ?? [])
}
