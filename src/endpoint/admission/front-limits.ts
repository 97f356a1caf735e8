import type { LimitSettings } from '../../host/signet-config.ts'

// Every limit of a front, and of both, is in this file, once. Those that operators choose are named by `endpoint.limits` of
// signet.yaml, which has their defaults; the others are numbers here. Names end with the unit, or say what is counted. Each
// comment begins with whom it bounds: a call, a caller (an IPv4 address, or a /64 of IPv6), or all callers together.

/** What the SSH server of this process keeps to. */
export type EmbeddedLimits = Readonly<ReturnType<typeof planEmbeddedLimits>>

/** What the endpoint keeps to behind OpenSSH: sshd logs its callers in, and bounds them by MaxStartups and LoginGraceTime. */
export type RelayLimits = Readonly<ReturnType<typeof planRelayLimits>>

/** How often callers may ask, through whichever front. */
export type RequestLimits = Readonly<ReturnType<typeof planRequestLimits>>

/** Of both fronts, where a request is counted. */
export function planRequestLimits({ requestsPerMinute }: LimitSettings) {
  return {
    /** A caller: also how many may come at once after a minute of silence. */
    requestsPerMinute,
    /** All: callers that are remembered. Those who have been silent longest are forgotten first. */
    maxSources: 16_384,
  }
}

/** Of both fronts, where a connection is served. */
function planConnectionLimits({ requestTime, connections, busyConnections }: LimitSettings) {
  return {
    /** A call: from the log-in, or the relay's first line, to the answer. */
    requestTimeoutMs: requestTime * 1000,
    /** A call: for standard input, once a word waits for it. */
    inputTimeoutMs: 10_000,
    /**
     * A call: how long it may let us wait while all places are taken and others wait for one. Many times what a caller
     * needs between two steps of a log-in, on a slow line too.
     */
    minSilenceMs: 3000,
    /** A call: what a caller has left to take its answer and go. */
    lingerMs: 2000,
    /** All: what running calls have left once the front is told to close. */
    closeTimeoutMs: 5000,
    /** All: those that wait for a place included. */
    maxConnections: connections,
    /** All: beyond these, callers who are only told to try again later. Whoever comes beyond both is hung up on. */
    maxBusyConnections: busyConnections,
  }
}

/** Of the embedded front. */
export function planEmbeddedLimits(settings: LimitSettings) {
  const { loginTime, connectionsPerAddress, served } = settings
  return {
    ...planConnectionLimits(settings),
    /** A call: from the connection's turn to the accepted log-in. */
    loginTimeoutMs: loginTime * 1000,
    /** A caller: of `maxConnections`. */
    maxConnectionsPerSource: connectionsPerAddress,
    /** All: of `maxBusyConnections`, told at once. What that costs is taken from those who are served. */
    maxBusyServed: 16,
    /** All: served at once; the others wait, and addresses take turns. */
    maxServed: served,
    /** All callers outside the control-plane networks: they must not keep the others out. */
    maxOutsideConnections: 64,
    /** A call. */
    maxLoginAttempts: 3,
    /** A call. */
    maxRekeys: 4,
    /** A call, which has about 25 KiB. Bounds floods of requests and of key exchanges. */
    maxReceivedBytes: 4 * 1024 * 1024,
    /** A call: what waits for a caller who does not read. */
    maxUnsentBytes: 256 * 1024,
  }
}

/** Of the front behind OpenSSH. */
export function planRelayLimits(settings: LimitSettings) {
  return {
    ...planConnectionLimits(settings),
    /** A call: from the relay's connection to its first line. */
    callTimeoutMs: 10_000,
  }
}
