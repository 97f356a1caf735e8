import { existsSync } from 'node:fs'
import { connectWithPair } from '../../../cluster/connect-with-pair.ts'
import { readLogIdentity } from '../../../cluster/read-log-identity.ts'
import { parseIpAddress } from '../../../core/ip-address.ts'
import type { EtcdClient } from '../../../etcd/etcd-client.ts'
import { listKeys } from '../../../etcd/list-keys.ts'
import { listMembers } from '../../../etcd/list-members.ts'
import { readInboundConnections } from '../../../host/net/inbound-connections.ts'
import { memberPaths } from '../../../host/pair-paths.ts'
import { formatClusterId } from '../../../host/snapshots/snapshot-name.ts'
import type { HostWorld } from '../../host-world.ts'
import { fileProgress } from '../../run/file-progress.ts'
import { askFormerMembers } from '../former-members.ts'
import { readOwnEtcd } from '../own-etcd.ts'
import type { RecoveryParts } from '../recovery-parts.ts'
import { type FormerMember, readMarker } from '../stand-down-marker.ts'
import type { StandDownFacts } from './plan-stand-down.ts'
import { recallMembers } from './recall-members.ts'
import { standDownProgressFile } from './stand-down-progress.ts'
import { ownEndpoint, type WatchAudience, watchOwnMember } from './watch-own-member.ts'

const timeoutMs = 5000
const leasesPrefix = '/registry/masterleases/'

/** Reads all that decides whether this member may stand down; changes nothing. */
export async function readStandDownFacts(
  world: HostWorld,
  parts: Pick<RecoveryParts, 'membersLastSeen'>,
  audience: WatchAudience,
): Promise<StandDownFacts> {
  const own = await readOwnEtcd(world)
  const marker = await readMarker(world)
  const clients = await readClients(world)
  const seen = await watchOwnMember(own, world, audience)
  const identity = await readLogIdentity(own.dataDirectory)
  const told = seen.status === undefined ? undefined : await askOwn(world)
  const members = marker?.members ?? told?.members ?? (await recallMembers(own, world, await parts.membersLastSeen()))
  const others = await askFormerMembers(
    members.filter(({ name }) => name !== own.name),
    world,
  )
  return {
    arguments: 'recover --stand-down',
    progress: await fileProgress(standDownProgressFile(world), world.files).load(),
    own,
    seen,
    marker,
    isKeptThere: marker?.kept != null && existsSync(marker.kept.file),
    clusterId: marker?.clusterId ?? identity?.clusterId,
    memberId: marker?.memberId ?? identity?.memberId,
    members,
    others,
    clients: marker?.clients ?? clients,
    masterLeases: marker?.masterLeases ?? told?.masterLeases ?? [],
  }
}

/** Who is connected to this member's client port, but for this host itself. */
async function readClients({ etcdPorts }: HostWorld): Promise<readonly string[]> {
  const from = await readInboundConnections(etcdPorts.client)
  return [...new Set(from)].filter((address) => address !== '127.0.0.1' && address !== '::1').toSorted()
}

interface Told {
  readonly members: readonly FormerMember[]
  readonly masterLeases: readonly string[]
}

async function askOwn(world: HostWorld): Promise<Told | undefined> {
  const endpoint = ownEndpoint(world)
  const client = connectWithPair(memberPaths(world.layout), { endpoints: [endpoint], timeoutMs })
  try {
    const listed = await listMembers(client, { linearizable: false, endpoint })
    const members = listed.map(({ id, name, peerUrls, clientUrls }) => ({
      name: name === '' ? formatClusterId(id) : name,
      id: formatClusterId(id),
      peerUrls: [...peerUrls],
      clientUrls: [...clientUrls],
    }))
    return { members, masterLeases: await readMasterLeases(client, endpoint) }
  } catch {
    return undefined
  } finally {
    client.close()
  }
}

/** The addresses that kube-apiservers keep in the database of themselves. */
export async function readMasterLeases(client: EtcdClient, endpoint: string): Promise<readonly string[]> {
  const keys = await listKeys(client, leasesPrefix, { endpoint }).catch(() => [])
  return keys.flatMap((key) => parseIpAddress(key.slice(leasesPrefix.length)) ?? [])
}
