import { generateKeyPairSync } from 'node:crypto'
import { request } from 'node:https'
import { doctorName } from '../../protocol/names.ts'
import { writeCsr } from '../../x509/write/write-csr.ts'

/** A client certificate without SAN, PEM, and what else a handshake needs. */
export interface ProbeCredential {
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
}

/** What a CA-signed client certificate without SAN met at a member. */
export interface PeerPortProbe {
  readonly peerUrl: string
  /** `open` where it was answered, `closed` where the handshake refused it. */
  readonly peerPort: 'open' | 'closed' | 'unreachable'
  /** The control: whether the same certificate was let in at the client port. Without it a closed port proves nothing. */
  readonly clientPortAccepts: boolean
}

interface MemberUrls {
  readonly peerUrl: string
  readonly clientUrl: string
}

const usualTimeoutMs = 3000

/** A key that lives for this call, and the certificate that the authority gives for it. */
export async function obtainProbe(sign: (csr: string) => Promise<string>, caPem: string): Promise<ProbeCredential> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certPem = await sign(writeCsr(doctorName, privateKey).toString('base64'))
  return { caPem, certPem, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

/**
 * Shows the certificate at a member's peer port, over HTTP/1.1 as etcd's peers speak, and at its client port: only who is
 * let in there and turned away here has seen `--peer-cert-allowed-hostname` at work.
 */
export async function probePeerPort(
  { peerUrl, clientUrl }: MemberUrls,
  credential: ProbeCredential & { readonly timeoutMs?: number },
): Promise<PeerPortProbe> {
  const [peer, client] = await Promise.all([
    showAt(`${peerUrl}/members`, credential),
    showAt(`${clientUrl}/version`, credential),
  ])
  return { peerUrl, peerPort: peer, clientPortAccepts: client === 'open' }
}

function showAt(
  url: string,
  { caPem, certPem, keyPem, timeoutMs = usualTimeoutMs }: ProbeCredential & { readonly timeoutMs?: number },
): Promise<PeerPortProbe['peerPort']> {
  return new Promise((resolve) => {
    const asked = request(url, { ca: caPem, cert: certPem, key: keyPem, agent: false }, (response) => {
      response.resume()
      resolve('open')
    })
    let hasConnected = false
    asked.once('socket', (socket) =>
      socket.once('connect', () => {
        hasConnected = true
      }),
    )
    // Of all of it: with `timeout` each byte would begin it anew.
    const timer = setTimeout(() => {
      hasConnected = false
      asked.destroy()
    }, timeoutMs)
    asked.once('close', () => clearTimeout(timer))
    // In TLS 1.3 a refused certificate shows after the handshake, as an alert or as a closed connection.
    asked.once('error', () => resolve(hasConnected ? 'closed' : 'unreachable'))
    asked.end()
  })
}
