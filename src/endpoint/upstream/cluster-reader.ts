import type { Clock } from '../../core/clock.ts'
import { parseIpAddress } from '../../core/ip-address.ts'
import { foldName, maxListedMembers } from '../../core/member-name.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { formatPeers, formatTopology } from '../../etcd/format-topology.ts'
import type { Member } from '../../etcd/member.ts'
import { describeUnreadable } from '../../etcd/unreadable-member.ts'
import type { RateLimitedLog } from '../admission/rate-limited-log.ts'
import type { EndpointEtcd } from '../endpoint-world.ts'
import { ClusterVersion } from './cluster-version.ts'
import type { ClientCredential } from './endpoint-credential.ts'
import { SharedAnswer } from './shared-answer.ts'

/** A connection to etcd with one credential. */
export interface EtcdConnection {
  listMembers(linearizable: boolean): Promise<readonly Member[]>
  /** The versions that these members tell of themselves, as far as they answer. */
  readVersions(members: readonly Member[]): Promise<readonly string[]>
  close(): void
}

/** Whom the endpoint believes, and as whom it speaks. */
export interface EtcdTrust extends ClientCredential {
  readonly caPem: string
}

export interface ClusterReaderOptions {
  readonly readCredential: () => Promise<ClientCredential>
  /** The CA certificates of the file, as they are now. */
  readonly readCaPem: () => Promise<string>
  /** Connects to the configured endpoints and, after them, to those that etcd itself named. */
  readonly connect: (trust: EtcdTrust, learnt: readonly string[]) => Promise<EtcdConnection>
  readonly clock: Clock
  readonly log: Pick<RateLimitedLog, 'warn'>
}

interface Session {
  readonly credential: ClientCredential
  readonly caPem: string
  readonly endpoints: readonly string[]
  readonly connection: Promise<EtcdConnection>
}

const quorumPauseMs = 10_000
const oldConnectionMs = 15_000

/**
 * What the endpoint reads of etcd. A linearizable answer is the cluster's; while there is no quorum, one member's own
 * list is answered instead: no member can have come or gone meanwhile, and masters and members renew all the same.
 * Members that etcd listed are asked too from then on, so that no single one, the configured one included, need be up.
 */
export class ClusterReader implements EndpointEtcd {
  readonly #options: ClusterReaderOptions
  readonly #members = new SharedAnswer(() => this.#listMembers())
  readonly #version: ClusterVersion
  #session: Session | undefined
  #noQuorumUntilMs = 0
  /** Client URLs of the voting members, by the cluster's last answer. */
  #learnt: readonly string[] = []

  constructor(options: ClusterReaderOptions) {
    this.#options = options
    this.#version = new ClusterVersion({ readVersions: () => this.#readVersions(), clock: options.clock })
  }

  async readPeers(): Promise<string> {
    return formatPeers(await this.#members.ask())
  }

  async readTopology(): Promise<string> {
    return `${formatTopology(await this.#members.ask())}\n`
  }

  async readListedAddresses(name: string): Promise<readonly string[]> {
    const wanted = foldName(name)
    const members = await this.#members.ask()
    return members.filter((member) => foldName(member.name) === wanted).flatMap(readPlaces)
  }

  readClusterVersion(): Promise<string | undefined> {
    return this.#version.ask()
  }

  async #readVersions(): Promise<readonly string[]> {
    const members = await this.#members.ask()
    return (await this.#connect()).readVersions(members)
  }

  async #listMembers(): Promise<readonly Member[]> {
    const members = await this.#askForMembers()
    for (const member of members) this.#reportUnreadable(member)
    return members
  }

  // Left out of every answer but named here: callers cannot do anything about it, root can.
  #reportUnreadable(member: Member): void {
    const reason = describeUnreadable(member)
    if (reason === undefined) return
    const fields = { member: member.id.toString(16), name: member.name, reason }
    this.#options.log.warn('etcd-odd-member', fields, 'a member cannot be read, and is left out')
  }

  async #askForMembers(): Promise<readonly Member[]> {
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

  // Root adds a CA to the file while everything runs. One that cannot be read, as in the middle of an edit, changes nothing.
  async #readCaPem(): Promise<string> {
    try {
      return await this.#options.readCaPem()
    } catch (error) {
      if (this.#session === undefined) throw error
      return this.#session.caPem
    }
  }

  #learn(members: readonly Member[]): void {
    const urls = members.filter(({ isLearner }) => !isLearner).flatMap(({ clientUrls }) => clientUrls)
    const found = urls.slice(0, maxListedMembers)
    const isSame = found.length === this.#learnt.length && found.every((url) => this.#learnt.includes(url))
    if (!isSame && found.length > 0) this.#learnt = found
  }

  // etcd's client keeps the certificates and endpoints that it was made with: others need a new one.
  async #connect(): Promise<EtcdConnection> {
    const [credential, caPem] = await Promise.all([this.#options.readCredential(), this.#readCaPem()])
    const current = this.#session
    const endpoints = this.#learnt
    const isSame = current?.credential === credential && current.caPem === caPem && current.endpoints === endpoints
    if (current !== undefined && isSame) return current.connection
    const connection = this.#options.connect({ ...credential, caPem }, endpoints)
    this.#session = { credential, caPem, endpoints, connection }
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

// A peer URL that cannot be read counts as a place of its own: a name listed under nothing else is not free. It stays
// escaped, and without quotes, which whoever tells of it puts around it again.
function readPlaces({ peerUrls, unreadable = [] }: Member): readonly string[] {
  const odd = unreadable.filter(({ kind }) => kind === 'peer URL').map(({ quoted }) => quoted.slice(1, -1))
  return [...peerUrls.map(readHost), ...odd]
}

function readHost(url: string): string {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  return parseIpAddress(host) ?? host
}
