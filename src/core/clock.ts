import { setTimeout as delay } from 'node:timers/promises'

/** Where time comes from: passed in, so that decisions are pure and tests never sleep. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** Time as the appliers need it, injected so that no test sleeps. */
export interface StepTime {
  /** Milliseconds that only ever grow. */
  readonly now: () => number
  readonly delay: (ms: number) => Promise<void>
}

/** Time as it passes. */
export const realTime: StepTime = { now: () => performance.now(), delay: async (ms) => delay(ms) }
