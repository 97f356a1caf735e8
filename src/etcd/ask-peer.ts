import { get } from 'node:https'

/** What a member says at its peer port without a quorum too: which cluster it belongs to. */
export interface PeerAnswer {
  /** In sixteen hexadecimal digits; undefined where somebody listens who does not tell. */
  readonly clusterId: string | undefined
}

/** The PEM that is shown to the peer, and what its answer must chain to. */
export interface PeerCredential {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/**
 * Asks a member at its peer URL for its cluster, as other members do before they talk to it (`X-Etcd-Cluster-ID`,
 * server/etcdserver/api/etcdhttp/peer.go). Undefined where nobody answers within the time.
 */
export function askPeer(
  peerUrl: string,
  credential: PeerCredential,
  timeoutMs: number,
): Promise<PeerAnswer | undefined> {
  return new Promise((resolve) => {
    let hasConnected = false
    const request = get(`${peerUrl}/members`, { ...credential, agent: false }, (response) => {
      const told = String(response.headers['x-etcd-cluster-id'] ?? '')
      settle({ clusterId: /^[0-9a-f]{1,16}$/.test(told) ? told.padStart(16, '0') : undefined })
    })
    const timer = setTimeout(() => settle(hasConnected ? { clusterId: undefined } : undefined), timeoutMs)
    const settle = (answer: PeerAnswer | undefined): void => {
      clearTimeout(timer)
      request.destroy()
      resolve(answer)
    }
    request.once('socket', (socket) =>
      socket.once('connect', () => {
        hasConnected = true
      }),
    )
    // A handshake that fails is somebody's who listens.
    request.on('error', () => settle(hasConnected ? { clusterId: undefined } : undefined))
  })
}
