import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { AuthorityStatus, SigningQuestion } from '../protocol/authority-message.ts'
import type { RateLimitedLog } from './admission/rate-limited-log.ts'
import type { RequestLimiter } from './admission/request-limiter.ts'

/** What the endpoint needs of the authority. */
export interface EndpointAuthority {
  /** The certificate, PEM. */
  sign(question: SigningQuestion): Promise<string>
  status(): Promise<AuthorityStatus>
}

/** What the endpoint needs of etcd. */
export interface EndpointEtcd {
  /** The text that `get-peers` answers. */
  readPeers(): Promise<string>
  /** The text that `get-topology` answers. */
  readTopology(): Promise<string>
  /** The minor version that the cluster runs, `3.6`; undefined where it is not known within a second. Never throws. */
  readClusterVersion(): Promise<string | undefined>
  /** The hosts of the peer URLs that etcd lists for a member's name. */
  readListedAddresses(name: string): Promise<readonly string[]>
}

/** A CA certificate: PEM and nothing else, and its pin. */
export interface TrustedCa {
  readonly pem: string
  readonly pin: string
}

/** Everything that answering a call may touch. */
export interface EndpointWorld {
  readonly isAllowed: (address: string) => boolean
  /** The control-plane networks, as `signet.yaml` names them. */
  readonly networks: readonly string[]
  /** How often each address may ask. */
  readonly requests: RequestLimiter
  readonly authority: EndpointAuthority
  readonly etcd: EndpointEtcd
  /** The CA certificates in the signer's file, in its order; at least one. */
  readonly readCaCertificates: () => Promise<readonly TrustedCa[]>
  readonly isClockSynchronised: () => Promise<boolean | null>
  readonly clock: Clock
  readonly log: Log
  /** For what callers can provoke. */
  readonly refusals: RateLimitedLog
}
