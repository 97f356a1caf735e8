/** What one relay, and all of them together, may take of the endpoint. Times in milliseconds. */
export interface RelayLimits {
  /** From the connection to the first line. */
  readonly callTimeoutMs: number
  /** From the first line to the answer. */
  readonly requestTimeoutMs: number
  /** For standard input, once a word waits for it. */
  readonly inputTimeoutMs: number
  /** How long a caller may let us wait while all places are taken and another comes. */
  readonly minSilenceMs: number
  /** What a relay has left to take its answer. */
  readonly lingerMs: number
  /** What running calls have left once the front is told to close. */
  readonly closeTimeoutMs: number
  readonly maxConnections: number
  /** Beyond them: relays that are only told to try again later. */
  readonly maxBusyConnections: number
}

export const defaultRelayLimits: RelayLimits = {
  callTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  inputTimeoutMs: 10_000,
  minSilenceMs: 3000,
  lingerMs: 2000,
  closeTimeoutMs: 5000,
  maxConnections: 2048,
  maxBusyConnections: 512,
}
