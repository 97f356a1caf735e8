import type { MemberPair } from '../../cluster/member-pair.ts'
import { parseDurationSeconds } from '../../core/duration.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { networkOf, readOwnCidr } from '../../host/net/advertised-address.ts'
import { createNetworkPolicy } from '../../host/net/network-policy.ts'
import { isNetwork } from '../../host/signet-config.ts'

/** What an operator may say of a signer, as typed. */
export interface SignerOptions {
  readonly network?: readonly string[]
  readonly endpoint?: string
  readonly clientLifetime?: string
}

/** What a signer's configuration says besides what holds for every host. */
export interface SignerSettings {
  readonly networks: readonly string[]
  /** As typed, such as `24h`. */
  readonly clientLifetime: string
  /** As typed, such as `90d`; the usual one where it is not given. */
  readonly memberLifetime?: string | undefined
  /** Where they are given, joins are closed. */
  readonly members?: readonly MemberPair[]
  /** Undefined for sshd. */
  readonly embeddedPort: number | undefined
  /** Where the embedded front listens; at all addresses where it is not given. */
  readonly embeddedAddress?: string | undefined
}

const defaultEmbeddedPort = 2222
const defaultClientLifetime = '24h'
const longestClientLifetimeSeconds = 90 * 24 * 3600

/** A signer's settings, checked; no network where it was neither given nor can be derived. Throws `configuration` or `usage`. */
export function parseSignerSettings(options: SignerOptions, ownAddress: string): SignerSettings {
  const { clientLifetime = defaultClientLifetime, endpoint = 'openssh' } = options
  const networks = options.network ?? deriveNetworks(ownAddress)
  requireNetworks(networks)
  requireOwnNetwork(networks, ownAddress)
  requireLifetime(clientLifetime)
  return { networks, clientLifetime, embeddedPort: parseEndpoint(endpoint) }
}

/** The port of the embedded front in what an operator typed; undefined for sshd. Throws `usage`. */
export function parseEndpoint(text: string): number | undefined {
  if (text === 'openssh') return undefined
  const [, , digits] = /^embedded(:([1-9][0-9]{0,4}))?$/.exec(text) ?? []
  const port = text === 'embedded' ? defaultEmbeddedPort : Number(digits ?? 0)
  if (port > 0 && port <= 65_535) return port
  throw new SignetError('usage', 'the endpoint is neither openssh nor embedded[:PORT]', {
    hint: 'give it as --endpoint=openssh or --endpoint=embedded:2222',
  })
}

/** The same settings as options, as they are typed. */
export function typedSettings({ networks, clientLifetime, embeddedPort }: SignerSettings) {
  const endpoint = embeddedPort === undefined ? 'openssh' : `embedded:${embeddedPort}`
  return { network: networks, endpoint, 'client-lifetime': clientLifetime }
}

function deriveNetworks(address: string): readonly string[] {
  const network = networkOf(readOwnCidr(address) ?? '')
  return network === undefined ? [] : [network]
}

/** Refuses what is no network. Throws `usage`. */
export function requireNetworks(networks: readonly string[]): void {
  const wrong = networks.find((network) => !isNetwork(network))
  if (wrong === undefined) return
  throw new SignetError('usage', `--network: ${quoteUntrusted(wrong)} is not a network`, {
    hint: 'write it as ADDRESS/PREFIX, for instance 192.0.2.0/24 or 2001:db8::/64',
  })
}

// The signer itself renews through its own front, and members call from addresses like its own.
function requireOwnNetwork(networks: readonly string[], address: string): void {
  if (networks.length === 0 || createNetworkPolicy(networks)(address)) return
  throw new SignetError(
    'configuration',
    `the control-plane network does not hold ${address}, this host's own address`,
    {
      hint: 'give its network too: --network can be repeated',
    },
  )
}

/** Refuses a lifetime of clients that is none, or that no certificate should have. Throws `usage`. */
export function requireLifetime(text: string): void {
  const seconds = parseDurationSeconds(text, '--client-lifetime')
  if (seconds >= 60 && seconds <= longestClientLifetimeSeconds) return
  throw new SignetError('usage', '--client-lifetime is not between one minute and 90 days', {
    hint: 'write it as 24h: expiry is the only revocation there is',
  })
}
