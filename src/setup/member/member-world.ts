/** This host's etcd. Each call can be made twice. */
export interface MemberWorld {
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
