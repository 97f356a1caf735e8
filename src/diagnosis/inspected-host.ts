import type { RecoveryMarks } from '../host/lost-quorum/recovery-marks.ts'
import type { InspectedEtcdServers } from './inspect/apiserver/inspect-etcd-servers.ts'
import type { InspectedEtcdBinaries } from './inspect/etcd/inspect-etcd-binaries.ts'
import type { InspectedAuthority } from './inspect/inspect-authority.ts'
import type { InspectedCluster } from './inspect/inspect-cluster.ts'
import type { InspectedFront } from './inspect/inspect-front.ts'
import type { InspectedJoins } from './inspect/inspect-joins.ts'
import type { HostPair } from './inspect/inspect-pairs.ts'
import type { InspectedPeerPorts } from './inspect/inspect-peer-ports.ts'
import type { InspectedPeerReach } from './inspect/inspect-peer-reach.ts'
import type { InspectedSigner } from './inspect/inspect-signer.ts'
import type { InspectedSignerPath } from './inspect/inspect-signer-path.ts'
import type { InspectedTimer } from './inspect/inspect-timer.ts'
import type { InspectedVersions } from './inspect/inspect-versions.ts'
import type { InspectedClusterIds } from './inspect/lost-quorum/inspect-cluster-ids.ts'
import type { SnapshotTimer } from './inspect/snapshots/inspect-snapshot-timers.ts'
import type { InspectedSnapshots } from './inspect/snapshots/inspect-snapshots.ts'

/** What is read of a host, each fact by one reader (checks.ts); undefined where a host has nothing of the kind. */
export interface FoundFacts {
  readonly pairs: readonly HostPair[]
  /** Null where this host cannot tell. */
  readonly isClockSynchronised: boolean | null
  /** Undefined where no signer is known here. */
  readonly signer: InspectedSigner | undefined
  /** Undefined where this host has no certificate to ask etcd with. */
  readonly cluster: InspectedCluster | undefined
  /** Undefined where this host is no signer. */
  readonly authority: InspectedAuthority | undefined
  readonly joins: InspectedJoins | undefined
  /** Undefined where this host is no member, or a sandbox. */
  readonly snapshots: InspectedSnapshots | undefined
  /** Undefined where no recovery has left anything. */
  readonly recovery: RecoveryMarks | undefined
  /** Undefined where no etcd is known. */
  readonly clusterIds: InspectedClusterIds | undefined
  readonly snapshotTimers: readonly SnapshotTimer[] | undefined
  readonly signerPath: InspectedSignerPath | undefined
  readonly hostName: string | undefined
  readonly ownAddresses: readonly string[] | undefined
  /** Undefined where this host has no kube-apiserver. */
  readonly etcdServers: InspectedEtcdServers | undefined
  readonly etcdBinaries: InspectedEtcdBinaries | undefined
  readonly versions: InspectedVersions | undefined
  readonly peerPorts: InspectedPeerPorts | undefined
  readonly peerReach: InspectedPeerReach | undefined
  readonly timer: InspectedTimer | undefined
  readonly front: InspectedFront | undefined
}

export type Fact = keyof FoundFacts

/** What `status` shows. */
export const shownFacts = [
  ...(['pairs', 'isClockSynchronised', 'signer', 'cluster', 'authority', 'joins', 'snapshots', 'recovery'] as const),
] as const

/** The moment and the place at which a host was looked at. */
export interface Circumstances {
  readonly nowMs: number
  /** A sandbox ends before anybody renews its certificates or closes its joins. */
  readonly isSandbox: boolean
  /** What to type for a first certificate where one was looked for. */
  readonly request: string
}

/** How a host is, as far as these facts tell. */
export type HostWith<Read extends Fact> = Circumstances & Pick<FoundFacts, Read>

/** How a host is, as far as `status` shows it. */
export type ShownHost = HostWith<(typeof shownFacts)[number]>

/** How a host is: everything that was read, without changing anything. */
export type InspectedHost = HostWith<Fact>
