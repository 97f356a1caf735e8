import type { ClientSessionOptions } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { Transport } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { dialTls, type EtcdCredential } from '../etcd-credential.ts'
import { readEagerly } from './eager-response.ts'
import { withinTime } from './within-time.ts'

// A ping is sent only before a call after this long a silence, or during a call as long: etcd takes one every 5 s, and
// answers more with GOAWAY. Without it a host that vanished would be believed in until TCP gives up, many minutes later.
const pingIntervalMs = 10_000
const pingTimeoutMs = 2000
const idleConnectionTimeoutMs = 60_000
// Any client certificate can make a member's entry in the list 1.5 MB long (etcd's --max-request-bytes), and a cluster of
// nine and a learner must be read all the same.
const maxResponseBytes = 16 * 1024 * 1024

/** One persistent HTTP/2 session to one endpoint, opened anew, with the credential of that moment, when it was lost. */
export class EndpointConnection {
  readonly transport: Transport
  readonly #sessions: Http2SessionManager
  #unusable: unknown
  #dialled: TLSSocket | undefined
  #isClosed = false

  constructor(endpoint: string, readCredential: () => EtcdCredential) {
    const createConnection: ClientSessionOptions['createConnection'] = (authority) => {
      try {
        // The session manager dials once more where it was ended in the middle of a ping.
        if (this.#isClosed) throw new Error('the connection was closed')
        this.#dialled = dialTls(authority, readCredential())
        return this.#dialled
      } catch (error) {
        this.#unusable = error
        throw error
      }
    }
    const timing = { pingIntervalMs, pingTimeoutMs, idleConnectionTimeoutMs }
    this.#sessions = new Http2SessionManager(endpoint, timing, { createConnection })
    this.transport = createGrpcTransport({
      baseUrl: endpoint,
      sessionManager: readEagerly(this.#sessions),
      // Little that etcd answers us is large; no compression, so that a small answer cannot unpack into a large one.
      readMaxBytes: maxResponseBytes,
      acceptCompression: [],
    })
  }

  /** Resolves once a session is open. Failing here means that etcd was not asked anything. */
  async open(timeoutMs: number): Promise<void> {
    this.#unusable = undefined
    const connecting = this.#sessions.connect()
    const outcome = await withinTime(connecting, timeoutMs, 'no connection within the time').catch((late: unknown) => {
      // Whoever else waits for the same session hears why it ended.
      this.#unusable = late
      this.#abort()
      throw late
    })
    if (outcome === 'error') throw this.#unusable ?? this.#sessions.error() ?? new Error('the connection was closed')
  }

  /** Ends the session; calls that are under way fail. */
  close(): void {
    this.#isClosed = true
    this.#abort()
  }

  // Node leaves the socket of a session that is ended before TCP has connected it (seen with 24.21): for two minutes it
  // would keep a process that has nothing else to do from its end.
  #abort(): void {
    this.#sessions.abort()
    if (this.#dialled?.connecting === true) this.#dialled.destroy()
  }
}
