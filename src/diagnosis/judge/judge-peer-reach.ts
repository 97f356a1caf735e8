import { type Finding, well } from '../../core/finding.ts'
import type { InspectedPeerReach } from '../inspect/inspect-peer-reach.ts'

/** Whether a host that is no member is kept from the members' peer ports. Pure. */
export function judgePeerReach({ reached }: InspectedPeerReach): Finding {
  if (reached.length === 0) return well('peer-reach', 'this host reaches no peer port of a member')
  return {
    check: 'peer-reach',
    level: 'attention',
    what: `this host is no member and reaches peer ports: ${reached.join(', ')}`,
    why: 'whoever gets the certificate of a member can change and stop etcd there; masters need only port 2379',
    fix: 'on each member: nft list ruleset; the firewall to have: /usr/share/doc/signet/OPERATIONS.md, "Ports and firewall"',
  }
}
