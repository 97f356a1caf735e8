import type { ClusterOperations } from '../../cluster/cluster-operations.ts'
import type { StepTime } from '../../core/clock.ts'
import type { ProgressStore } from '../run/run-progress.ts'

/** The signer, as the joining host asks it. Each call can be made twice. */
export interface SignerPorts {
  /** Installs the CA certificate, verified against the pin that the plan was made with. */
  fetchCa(): Promise<void>
  /** Makes the key, or keeps the one that is there. */
  makeKey(): Promise<void>
  /** Obtains, verifies and installs a member certificate for the key; the same call renews. */
  obtainCertificate(): Promise<void>
  /** Removes what these calls put on this host and was not there before the run. */
  removeFiles(): Promise<void>
}

/** This host's etcd. Each call can be made twice. */
export interface MemberPorts {
  writeConfiguration(initialCluster: string): Promise<void>
  /** Removes what `writeConfiguration` wrote. */
  removeConfiguration(): Promise<void>
  /** Launches etcd and does not wait until it serves; nothing where it runs. */
  start(): Promise<void>
  stop(): Promise<void>
  isRunning(): Promise<boolean>
  /** The addresses that have a connection to this member's peer port open; `readInboundConnections` of `src/host`. */
  inboundPeers(): Promise<readonly string[]>
  /** How far this host's etcd has applied the log, told before it answers any client; undefined where it does not tell. */
  appliedIndex(): Promise<bigint | undefined>
  /** Whether a TCP connection from this host to a member's URL can be opened. */
  canReach(url: string): Promise<boolean>
  /** Whether the data directory holds anything. */
  hasData(): Promise<boolean>
  /** Removes the data that this run made; never called with a foreign data directory. */
  removeData(): Promise<void>
  /** Where the operator reads why etcd ended: `journalctl -u etcd`, or a file. */
  readonly logHint: string
  /** What is to do once the host is a member: enable timers. */
  finish(): Promise<void>
}

export interface JoinPorts {
  readonly signer: SignerPorts
  readonly member: MemberPorts
  /** Connects to voting members with the certificate of this host; called once it has one. */
  connect(): Promise<ClusterOperations>
  readonly progress: ProgressStore
  readonly time: StepTime
}
