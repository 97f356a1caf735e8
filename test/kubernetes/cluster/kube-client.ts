import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

export interface KubeClientSettings {
  readonly port: number
  readonly token: string
  /** The certificate that this kube-apiserver made for itself. */
  readonly caFile: string
}

export interface KubeAnswer {
  readonly status: number
  readonly body: string
}

/** How long a caller waits: the renewals of node leases have 10 s (Kubernetes, pkg/kubelet/nodelease). */
export const callTimeoutMs = 10_000

/** Raw HTTPS to one kube-apiserver, as the user of its token. Nothing is tried again. */
export class KubeClient {
  readonly #settings: KubeClientSettings
  readonly #agent: Agent
  readonly #closing = new AbortController()

  constructor(settings: KubeClientSettings) {
    this.#settings = settings
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(settings.caFile, 'utf8') })
  }

  /** Aborted once nobody is to ask any more. */
  get closed(): AbortSignal {
    return this.#closing.signal
  }

  /** One request, and its whole answer within ten seconds. */
  async ask(method: string, path: string, body?: unknown): Promise<KubeAnswer> {
    const signal = AbortSignal.any([AbortSignal.timeout(callTimeoutMs), this.closed])
    const answer = await this.open(method, path, { body, signal })
    return { status: answer.statusCode ?? 0, body: await text(answer) }
  }

  /** One request; the answer may go on for ever. */
  open(
    method: string,
    path: string,
    { body, signal }: { readonly body?: unknown; readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const { port, token } = this.#settings
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' }
    return new Promise((resolve, reject) => {
      const call = request({ host: '127.0.0.1', port, path, method, headers, agent: this.#agent, signal })
      call.once('error', reject)
      call.once('response', resolve)
      call.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  close(): void {
    this.#closing.abort()
    this.#agent.destroy()
  }
}
