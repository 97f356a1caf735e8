import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { strangeAnswer } from '../../protocol/authority-message.ts'
import { endpointName } from '../../protocol/names.ts'
import type { EndpointAuthority } from '../endpoint-world.ts'

/** A key and a certificate for it, PEM. */
export interface ClientCredential {
  readonly certPem: string
  readonly keyPem: string
}

export interface EndpointCredentialOptions {
  /** Writes and signs a CSR, DER. */
  readonly writeCsr: (commonName: string, privateKey: KeyObject) => Buffer
  readonly sign: EndpointAuthority['sign']
  readonly clock: Clock
}

interface Held {
  readonly credential: ClientCredential
  readonly renewAtMs: number
  readonly expiryMs: number
}

const longestPauseMs = 60_000
const firstPauseMs = 1000

/**
 * The endpoint's own client certificate for etcd. The key never leaves the memory. Asked for when it is first needed,
 * renewed behind its users' backs once a third of its lifetime is gone.
 */
export class EndpointCredential {
  readonly #options: EndpointCredentialOptions
  #privateKey: KeyObject | undefined
  #held: Held | undefined
  #obtaining: Promise<ClientCredential> | undefined
  #failures = 0
  #pausedUntilMs = 0
  #lastFailure: unknown

  constructor(options: EndpointCredentialOptions) {
    this.#options = options
  }

  /** The credential that holds now; the same object as before until it was renewed. Throws what the authority said. */
  async read(): Promise<ClientCredential> {
    const nowMs = this.#options.clock.now()
    const held = this.#held
    if (held !== undefined && nowMs < held.renewAtMs) return held.credential
    if (held === undefined || nowMs >= held.expiryMs) return this.#obtain()
    void this.#obtain().catch(() => {})
    return held.credential
  }

  async #obtain(): Promise<ClientCredential> {
    if (this.#obtaining !== undefined) return this.#obtaining
    // A full journal or a stopped authority must not be asked again by every caller of get-peers.
    if (this.#options.clock.now() < this.#pausedUntilMs) throw this.#lastFailure
    this.#obtaining = this.#ask().finally(() => {
      this.#obtaining = undefined
    })
    return this.#obtaining
  }

  async #ask(): Promise<ClientCredential> {
    try {
      this.#held = await this.#request()
      this.#failures = 0
      this.#pausedUntilMs = 0
      return this.#held.credential
    } catch (error) {
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#failures)
      this.#failures += 1
      this.#pausedUntilMs = this.#options.clock.now() + pauseMs
      this.#lastFailure = error
      throw error
    }
  }

  async #request(): Promise<Held> {
    const { writeCsr, sign, clock } = this.#options
    this.#privateKey ??= generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const csr = writeCsr(endpointName, this.#privateKey).toString('base64')
    const certPem = await sign({ ask: 'endpoint', csr })
    const keyPem = this.#privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const expiryMs = readExpiryMs(certPem)
    const nowMs = clock.now()
    return { credential: { certPem, keyPem }, expiryMs, renewAtMs: nowMs + (expiryMs - nowMs) / 3 }
  }
}

function readExpiryMs(certPem: string): number {
  try {
    return Date.parse(new X509Certificate(certPem).validTo)
  } catch (cause) {
    throw strangeAnswer("the authority's answer is not a certificate", cause)
  }
}
