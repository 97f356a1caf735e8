import { isIPv4 } from 'node:net'
import { type ClusterView, isHealthy, type MemberView, votersOf } from '../../cluster/cluster-view.ts'
import { memberUrlAddress } from '../../etcd/member-url.ts'

/**
 * A healthy voter that has no connection to this host's peer port. Each member dials every other; a member that nobody
 * can dial catches up and votes all the same, over the connections that it opened itself, until the Raft leader has to
 * send it a snapshot, or two such members are left and cannot find each other.
 */
export function findUnconnectedPeer(
  view: ClusterView,
  ownId: bigint,
  inbound: readonly string[],
): MemberView | undefined {
  const others = votersOf(view).filter((voter) => voter.member.id !== ownId && isHealthy(voter))
  const isConnected = ({ member }: MemberView): boolean => {
    const addresses = member.peerUrls.map(memberUrlAddress)
    // etcd takes a peer only from an address of its certificate, so that it must come from the one that it is known by.
    return addresses.some((address) => address === undefined || inbound.some((from) => isSameHost(from, address)))
  }
  return others.find((other) => !isConnected(other))
}

// Members on loopback addresses of one host reach each other from 127.0.0.1, whichever is their own.
function isSameHost(from: string, address: string): boolean {
  return from === address || (isIPv4Loopback(from) && isIPv4Loopback(address))
}

function isIPv4Loopback(address: string): boolean {
  return isIPv4(address) && address.startsWith('127.')
}
