import type { Finding } from '../../core/finding.ts'
import type { InspectedPeerPorts } from '../inspect/inspect-peer-ports.ts'
import type { PeerPortProbe } from '../inspect/probe-peer-port.ts'

/** Whether every member's peer port is closed to client certificates. Pure. */
export function judgePeerPorts(ports: InspectedPeerPorts): readonly Finding[] {
  if ('probes' in ports) return ports.probes.map(judgePeerPort)
  const what = `whether peer ports are closed to clients was not tried: ${ports.notTried}`
  return [{ check: 'peer-port', level: 'unknown', what }]
}

function judgePeerPort({ peerUrl, peerPort, clientPortAccepts }: PeerPortProbe): Finding {
  if (peerPort === 'open') {
    return {
      check: 'peer-port',
      level: 'broken',
      what: `${peerUrl} lets in a client certificate`,
      why: "every master could read and change etcd's raft traffic and membership there",
      fix: 'start etcd with --peer-cert-allowed-hostname=peer.etcd.signet.internal',
    }
  }
  if (peerPort === 'unreachable' || !clientPortAccepts) {
    const reason = peerPort === 'unreachable' ? 'it cannot be reached' : 'the probe is refused at the client port too'
    return {
      check: 'peer-port',
      level: 'unknown',
      what: `whether ${peerUrl} is closed to clients is not known: ${reason}`,
    }
  }
  return { check: 'peer-port', level: 'well', what: `${peerUrl} is closed to client certificates` }
}
