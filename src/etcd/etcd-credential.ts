import { isIP } from 'node:net'
import { connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { SignetError } from '../core/signet-error.ts'

/** A client's side of mutual TLS, PEM. */
export interface EtcdCredential {
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
}

/**
 * A TLS connection to the host and port of a URL. The server's certificate is verified against the CA and that host,
 * always: whoever took over the address would otherwise be told what a client asks and be believed. Throws
 * `configuration` where the credential is unusable.
 */
export function dialTls(url: URL, credential: EtcdCredential): TLSSocket {
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
  return connect({
    host,
    port: Number(url.port || 443),
    // RFC 6066 section 3: an address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ['h2'],
    minVersion: 'TLSv1.2',
    // Node's default, but where NODE_TLS_REJECT_UNAUTHORIZED says otherwise.
    rejectUnauthorized: true,
    secureContext: secureContext(credential),
  })
}

function secureContext({ caPem, certPem, keyPem }: EtcdCredential): SecureContext {
  try {
    return createSecureContext({ ca: caPem, cert: certPem, key: keyPem, minVersion: 'TLSv1.2' })
  } catch (cause) {
    throw new SignetError('configuration', 'the certificate or key for etcd cannot be used', {
      hint: 'see that the three files are PEM, and that key and certificate belong together',
      cause,
    })
  }
}
