import type { EndpointCounts } from '../../protocol/endpoint-counts.ts'
import type { InspectedAuthority } from '../inspect/inspect-authority.ts'
import type { HostPair } from '../inspect/inspect-pairs.ts'
import type { InspectedSigner } from '../inspect/inspect-signer.ts'
import type { InspectedSnapshots } from '../inspect/snapshots/inspect-snapshots.ts'

/** What the peer ports were like when they were last probed. */
export interface KeptProbe {
  readonly atMs: number
  /** Members whose peer port let a client certificate in; null where that is not known. */
  readonly open: number | null
}

/** What metrics are made of. */
export interface MetricFacts {
  readonly nowMs: number
  readonly version: string
  readonly pairs: readonly HostPair[]
  readonly isClockSynchronised: boolean | null
  /** Undefined where this host is no member: a master's metrics ask no signer. */
  readonly signer: InspectedSigner | undefined
  /** Undefined where this host is no signer. */
  readonly authority: InspectedAuthority | undefined
  /** When the CA key was put on this host. */
  readonly signerSinceMs: number | undefined
  /** Undefined where the endpoint does not tell. */
  readonly counts: EndpointCounts | undefined
  readonly peerPorts: KeptProbe | undefined
  /** Undefined where this host is no member. */
  readonly snapshots: InspectedSnapshots | undefined
}
