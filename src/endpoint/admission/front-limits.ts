/** What one caller, and all of them together, may take of the embedded front. Times in milliseconds. */
export interface FrontLimits {
  /** From the connection to the accepted log-in. */
  readonly loginTimeoutMs: number
  /** From the log-in to the answer. */
  readonly requestTimeoutMs: number
  /** For standard input, once a word waits for it. */
  readonly inputTimeoutMs: number
  /** How long a caller may let us wait, before and after the log-in, while all places are taken and others wait for one. */
  readonly minSilenceMs: number
  /** What a caller has left to take its answer and go. */
  readonly lingerMs: number
  /** What running calls have left once the front is told to close. */
  readonly closeTimeoutMs: number
  /** Those that wait for a place included. */
  readonly maxConnections: number
  /** Of these, for one address, or one /64 of IPv6. */
  readonly maxConnectionsPerSource: number
  /** Beyond both: callers who are only told to try again later. Whoever comes beyond these is hung up on. */
  readonly maxBusyConnections: number
  /** Of these, told at once: what that costs is taken from those who are served. */
  readonly maxBusyServed: number
  /** Served at once; the others wait, and addresses take turns. */
  readonly maxServed: number
  /** Of these, for callers outside the control-plane networks: they must not keep the others out. */
  readonly maxOutsideConnections: number
  readonly maxLoginAttempts: number
  readonly maxRekeys: number
  /** Bytes from one connection; a call has about 25 KiB. Bounds floods of requests and of key exchanges. */
  readonly maxReceivedBytes: number
  /** Bytes that wait for a caller who does not read. */
  readonly maxUnsentBytes: number
}

export const defaultFrontLimits: FrontLimits = {
  loginTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  inputTimeoutMs: 10_000,
  // Many times what a caller needs between two steps of a log-in, on a slow line too.
  minSilenceMs: 3000,
  lingerMs: 2000,
  closeTimeoutMs: 5000,
  // 5,000 masters that find their signer again after hours do not call within one second.
  maxConnections: 4096,
  maxConnectionsPerSource: 2048,
  maxBusyConnections: 512,
  maxBusyServed: 16,
  maxServed: 256,
  maxOutsideConnections: 64,
  maxLoginAttempts: 3,
  maxRekeys: 4,
  maxReceivedBytes: 4 * 1024 * 1024,
  maxUnsentBytes: 256 * 1024,
}
