import type { DescService } from '@bufbuild/protobuf'
import { type Client, createClient } from '@connectrpc/connect'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { EtcdCredential } from './etcd-credential.ts'
import { isEtcdUrl } from './member-url.ts'
import { EndpointConnection } from './rpc/endpoint-connection.ts'
import { joinFailures, translateFailure } from './rpc/translate-failure.ts'
import { withinTime } from './rpc/within-time.ts'

export type { EtcdCredential } from './etcd-credential.ts'

/** Where etcd is asked, and how long. */
export interface EtcdPlaces {
  /** `https://HOST:PORT`, tried in this order, beginning with the one that answered last. */
  readonly endpoints: readonly string[]
  /** Deadline of one call at one endpoint, milliseconds. */
  readonly timeoutMs: number
}

/** Where and how to connect: with one credential, or with whatever the function returns at each new connection. */
export type EtcdOptions = EtcdPlaces & (EtcdCredential | { readonly readCredential: () => EtcdCredential })

export interface CallOptions {
  /** Ask this endpoint and no other. */
  readonly endpoint?: string
  /** Another deadline than the client's, milliseconds. */
  readonly timeoutMs?: number
  /** The call changes something and must not be sent twice: another endpoint is asked only if this one never got it. */
  readonly once?: boolean
}

type Ask<Service extends DescService, Value> = (
  client: Client<Service>,
  deadline: { timeoutMs: number },
) => Promise<Value>

// An endpoint whose host is gone answers no SYN; the others should not wait for it as long as for an answer.
const connectTimeoutMs = 3000

// connect keeps the deadline itself, but has lost track of calls whose stream was reset (connect-es#1678).
const graceMs = 500

/** gRPC over TLS to the members of one etcd cluster, with one HTTP/2 session an endpoint. */
export class EtcdClient {
  readonly endpoints: readonly string[]
  readonly #options: EtcdOptions
  readonly #connections = new Map<string, EndpointConnection>()
  #answeredLast: string | undefined
  #isClosed = false

  constructor(options: EtcdOptions) {
    this.#options = options
    this.endpoints = options.endpoints.map(parseEndpoint)
  }

  /**
   * Asks the given endpoint, or else each in turn until one answers. Throws SignetError: `unavailable` where none can be
   * reached, `try-later` where there is no quorum, or what etcd's refusal means.
   */
  async call<Service extends DescService, Value>(
    service: Service,
    ask: Ask<Service, Value>,
    options: CallOptions = {},
  ): Promise<Value> {
    const failures: SignetError[] = []
    for (const endpoint of this.#inOrder(options.endpoint)) {
      let wasAsked = false
      try {
        const connection = await this.#open(endpoint, options)
        wasAsked = true
        const deadline = this.#deadline(options)
        const answer = ask(createClient(service, connection.transport), deadline)
        const value = await withinTime(answer, deadline.timeoutMs + graceMs, 'no answer within the time')
        this.#answeredLast = endpoint
        return value
      } catch (error) {
        const { failure, elsewhere } = translateFailure(error, { endpoint, wasAsked })
        failures.push(failure)
        if (elsewhere === 'never' || (elsewhere === 'if-repeatable' && options.once === true)) break
      }
    }
    throw joinFailures(failures)
  }

  /** The service at one endpoint, connected, for streams: whoever asks translates failures. */
  async at<Service extends DescService>(endpoint: string, service: Service): Promise<Client<Service>> {
    return createClient(service, (await this.#open(endpoint, {})).transport)
  }

  /** Ends every connection for good; calls that are under way fail. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections.values()) connection.close()
    this.#connections.clear()
  }

  #inOrder(only: string | undefined): readonly string[] {
    if (only !== undefined) return [only]
    const first = this.#answeredLast
    return first === undefined ? this.endpoints : [first, ...this.endpoints.filter((endpoint) => endpoint !== first)]
  }

  #deadline({ timeoutMs }: CallOptions): { timeoutMs: number } {
    return { timeoutMs: timeoutMs ?? this.#options.timeoutMs }
  }

  async #open(endpoint: string, options: CallOptions): Promise<EndpointConnection> {
    if (this.#isClosed) throw new SignetError('internal', 'the client of etcd is closed already')
    const connection = this.#connections.get(endpoint) ?? this.#newConnection(endpoint)
    await connection.open(Math.min(connectTimeoutMs, this.#deadline(options).timeoutMs))
    return connection
  }

  #newConnection(endpoint: string): EndpointConnection {
    const options = this.#options
    const read = 'readCredential' in options ? options.readCredential : () => options
    const connection = new EndpointConnection(endpoint, read)
    this.#connections.set(endpoint, connection)
    return connection
  }
}

/** A client for the members at these endpoints. Nothing is connected before the first call. Throws `configuration`. */
export function connectEtcd(options: EtcdOptions): EtcdClient {
  return new EtcdClient(options)
}

function parseEndpoint(text: string): string {
  if (isEtcdUrl(text)) return text
  throw new SignetError('configuration', `${quoteUntrusted(text)} is no endpoint of etcd`, {
    hint: 'write https://HOST:PORT',
  })
}
