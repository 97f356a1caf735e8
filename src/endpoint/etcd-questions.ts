import type { Clock } from '../core/clock.ts'
import { parseIpAddress } from '../core/ip-address.ts'
import { asSignetError } from '../core/signet-error.ts'
import { formatPeers, formatTopology } from '../etcd/format-topology.ts'
import type { Member } from '../etcd/list-members.ts'
import type { EtcdPort } from './endpoint-ports.ts'
import type { ClientCredential } from './etcd-credential.ts'

/** A connection to etcd with one credential. */
export interface EtcdConnection {
  listMembers(linearizable: boolean): Promise<readonly Member[]>
  close(): void
}

export interface EtcdQuestionsOptions {
  readonly readCredential: () => Promise<ClientCredential>
  /** Connects to the configured endpoints and, after them, to those that etcd itself named. */
  readonly connect: (credential: ClientCredential, learnt: readonly string[]) => Promise<EtcdConnection>
  readonly clock: Clock
}

interface Session {
  readonly credential: ClientCredential
  readonly endpoints: readonly string[]
  readonly connection: Promise<EtcdConnection>
}

const quorumPauseMs = 10_000
const oldConnectionMs = 15_000

/**
 * The endpoint's questions to etcd. A linearizable answer is the cluster's; while there is no quorum, one member's own
 * list is answered instead: no member can have come or gone meanwhile, and masters and members renew all the same.
 * Members that etcd listed are asked too from then on, so that no single one, the configured one included, need be up.
 */
export class EtcdQuestions implements EtcdPort {
  readonly #options: EtcdQuestionsOptions
  #session: Session | undefined
  #noQuorumUntilMs = 0
  /** Client URLs of the voting members, by the cluster's last answer. */
  #learnt: readonly string[] = []

  constructor(options: EtcdQuestionsOptions) {
    this.#options = options
  }

  async readPeers(): Promise<string> {
    return formatPeers(await this.#listMembers())
  }

  async readTopology(): Promise<string> {
    return `${formatTopology(await this.#listMembers())}\n`
  }

  async readListedAddresses(name: string): Promise<readonly string[]> {
    const members = await this.#listMembers()
    return members.filter((member) => member.name === name).flatMap(({ peerUrls }) => peerUrls.map(readHost))
  }

  async #listMembers(): Promise<readonly Member[]> {
    const { clock } = this.#options
    const connection = await this.#connect()
    if (clock.now() < this.#noQuorumUntilMs) return connection.listMembers(false)
    try {
      const members = await connection.listMembers(true)
      // Never from one member's own list: one that was cut off must not decide whom we ask.
      this.#learn(members)
      return members
    } catch (error) {
      const { code } = asSignetError(error)
      if (code !== 'unavailable' && code !== 'try-later') throw error
      const members = await connection.listMembers(false)
      this.#noQuorumUntilMs = clock.now() + quorumPauseMs
      return members
    }
  }

  #learn(members: readonly Member[]): void {
    const found = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls)
    const isSame = found.length === this.#learnt.length && found.every((url) => this.#learnt.includes(url))
    if (!isSame && found.length > 0) this.#learnt = found
  }

  // etcd's client keeps the certificates and endpoints that it was made with: others need a new one.
  async #connect(): Promise<EtcdConnection> {
    const credential = await this.#options.readCredential()
    const current = this.#session
    const endpoints = this.#learnt
    if (current?.credential === credential && current.endpoints === endpoints) return current.connection
    const connection = this.#options.connect(credential, endpoints)
    this.#session = { credential, endpoints, connection }
    connection.catch(() => {
      this.#session = undefined
    })
    if (current !== undefined) closeLater(current)
    return connection
  }
}

// Not at once: other callers may be waiting for an answer on it.
function closeLater({ connection }: Session): void {
  const close = (): void => void connection.then((old) => old.close()).catch(() => {})
  setTimeout(close, oldConnectionMs).unref()
}

function readHost(url: string): string {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return parseIpAddress(host) ?? host
}
