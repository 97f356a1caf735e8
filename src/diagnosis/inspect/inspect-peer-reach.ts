import { memberAddresses } from '../../cluster/member-addresses.ts'
import type { Member } from '../../etcd/member.ts'
import type { ClusterPlace } from './inspect-peer-ports.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** The peer ports of members that this host reaches. */
export interface InspectedPeerReach {
  readonly reached: readonly string[]
}

/**
 * Calls the members' peer ports, where whoever has a member's certificate is believed. Undefined on a host of the cluster,
 * and where no member is known.
 */
export async function inspectPeerReach(
  { cluster, authority, pairs }: ClusterPlace,
  { ownAddresses, canReach }: Pick<InspectionWorld, 'ownAddresses' | 'canReach'>,
): Promise<InspectedPeerReach | undefined> {
  if (cluster === undefined || !('view' in cluster)) return undefined
  const members = cluster.view.members.map(({ member }) => member)
  const own = ownAddresses()
  const isOwn = (member: Member): boolean => memberAddresses(member).some((address) => own.includes(address))
  if (authority !== undefined || pairs.some(({ pair }) => pair.kind === 'member') || members.some(isOwn))
    return undefined
  const urls = members.flatMap(({ peerUrls }) => peerUrls)
  const reached = await Promise.all(urls.map(async (url) => ((await canReach(url)) ? [url] : [])))
  return { reached: reached.flat() }
}
