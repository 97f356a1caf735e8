/** Where time comes from: passed in, so that decisions are pure and tests never sleep. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
