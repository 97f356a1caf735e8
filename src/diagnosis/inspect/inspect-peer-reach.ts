import { memberAddresses } from '../../cluster/member-addresses.ts'
import type { Finding } from '../../core/finding.ts'
import type { Member } from '../../etcd/member.ts'
import type { InspectedHost } from '../inspect-host.ts'

/** What of this host and its network is needed to try peer ports. */
export interface PeerReachPorts {
  readonly ownAddresses: readonly string[]
  readonly canReach: (url: string) => Promise<boolean>
}

/** Whether a host that is no member reaches the members' peer ports, where whoever has a member's certificate is believed. */
export async function checkPeerReach(
  { cluster, leader, pairs }: InspectedHost,
  { ownAddresses, canReach }: PeerReachPorts,
): Promise<readonly Finding[]> {
  if (cluster === undefined || !('view' in cluster)) return []
  const members = cluster.view.members.map(({ member }) => member)
  const isOwn = (member: Member): boolean => memberAddresses(member).some((address) => ownAddresses.includes(address))
  if (leader !== undefined || pairs.some(({ pair }) => pair.kind === 'member') || members.some(isOwn)) return []
  const urls = members.flatMap(({ peerUrls }) => peerUrls)
  const reached = await Promise.all(urls.map(async (url) => ((await canReach(url)) ? [url] : [])))
  return [judgePeerReach(reached.flat())]
}

function judgePeerReach(reached: readonly string[]): Finding {
  if (reached.length === 0)
    return { check: 'peer-reach', level: 'well', what: 'this host reaches no peer port of a member' }
  return {
    check: 'peer-reach',
    level: 'attention',
    what: `this host is no member and reaches peer ports: ${reached.join(', ')}`,
    why: 'whoever gets the certificate of a member can change and stop etcd there; masters need only port 2379',
    fix: 'on each member: nft list ruleset; the firewall to have: /usr/share/doc/signet/OPERATIONS.md, "Ports and firewall"',
  }
}
