import type { Finding } from '../../core/finding.ts'

/** What a CA-signed client certificate without SAN met at a member. */
export interface PeerPortProbe {
  readonly peerUrl: string
  /** `open` where it was answered, `closed` where the handshake refused it. */
  readonly peerPort: 'open' | 'closed' | 'unreachable'
  /** The control: whether the same certificate was let in at the client port. Without it a closed port proves nothing. */
  readonly clientPortAccepts: boolean
}

/** Whether a member's peer port is closed to client certificates. Pure. */
export function judgePeerPort({ peerUrl, peerPort, clientPortAccepts }: PeerPortProbe): Finding {
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
