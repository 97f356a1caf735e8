import type { DescService } from '@bufbuild/protobuf'
import { type Client, createClient, type Transport } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { SignetError } from '../core/signet-error.ts'
import { translateFailure } from './translate-failure.ts'

/** A client's side of mutual TLS, PEM. */
export interface EtcdCredential {
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
}

export interface EtcdOptions extends EtcdCredential {
  /** `https://HOST:PORT`, tried in this order. */
  readonly endpoints: readonly string[]
  /** Deadline of one call at one endpoint, milliseconds. */
  readonly timeoutMs: number
}

export interface CallOptions {
  /** Ask this endpoint and no other. */
  readonly endpoint?: string
  /** Another deadline than the client's, milliseconds. */
  readonly timeoutMs?: number
}

type Ask<Service extends DescService, Value> = (
  client: Client<Service>,
  deadline: { timeoutMs: number },
) => Promise<Value>

interface Connection {
  readonly sessions: Http2SessionManager
  readonly transport: Transport
}

// etcd's gRPC server answers too many pings with GOAWAY, so none are sent; an idle session ends by itself.
const idleConnectionTimeoutMs = 60_000

/**
 * gRPC over TLS to the members of one etcd cluster, with one HTTP/2 session an endpoint. The server's certificate is
 * always verified against the CA and the host in the URL. Certificates are fixed for a client: after a renewal, connect
 * again.
 */
export class EtcdClient {
  readonly endpoints: readonly string[]
  readonly #options: EtcdOptions
  readonly #connections = new Map<string, Connection>()

  constructor(options: EtcdOptions) {
    this.#options = options
    this.endpoints = options.endpoints
  }

  /**
   * Asks the given endpoint, or else each in turn until one can be reached. Only questions that may safely be asked
   * twice belong here without `endpoint`. Throws `unavailable`, `try-later`, `refused` or `internal`.
   */
  async call<Service extends DescService, Value>(
    service: Service,
    ask: Ask<Service, Value>,
    options: CallOptions = {},
  ): Promise<Value> {
    const endpoints = options.endpoint === undefined ? this.endpoints : [options.endpoint]
    let failure = new SignetError('configuration', 'no etcd endpoint is known', { hint: 'see etcd.endpoints' })
    for (const endpoint of endpoints) {
      try {
        const client = createClient(service, this.#connect(endpoint).transport)
        return await ask(client, { timeoutMs: options.timeoutMs ?? this.#options.timeoutMs })
      } catch (error) {
        failure = translateFailure(error, endpoint)
        if (failure.code !== 'unavailable') break
      }
    }
    throw failure
  }

  /** The service at one endpoint, for streams and for callers who judge failures themselves. */
  at<Service extends DescService>(endpoint: string, service: Service): Client<Service> {
    return createClient(service, this.#connect(endpoint).transport)
  }

  /** Ends every connection; calls that are under way fail. */
  close(): void {
    for (const { sessions } of this.#connections.values()) sessions.abort()
    this.#connections.clear()
  }

  #connect(endpoint: string): Connection {
    const known = this.#connections.get(endpoint)
    if (known !== undefined) return known
    const { caPem, certPem, keyPem } = this.#options
    const nodeOptions = { ca: caPem, cert: certPem, key: keyPem }
    const sessions = new Http2SessionManager(endpoint, { idleConnectionTimeoutMs }, nodeOptions)
    const transport = createGrpcTransport({ baseUrl: endpoint, nodeOptions, sessionManager: sessions })
    const connection = { sessions, transport }
    this.#connections.set(endpoint, connection)
    return connection
  }
}

/** A client for the members at these endpoints. Nothing is connected before the first call. */
export function connectEtcd(options: EtcdOptions): EtcdClient {
  return new EtcdClient(options)
}
