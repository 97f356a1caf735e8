import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { Attempts } from './renewal-window.ts'

/** What a process that stays does again and again. */
export interface LongRenewal {
  readonly clock: Clock
  /** When the next attempt is due, given those that the disk could not take. */
  readNextAttemptMs(attempts: Attempts | undefined): Promise<number>
  renew(): Promise<void>
  /** Hears what failed: nothing ends because of it. */
  onFailure(error: unknown): void
}

const longestSleepMs = 60_000

/** Renews whenever it is due, until it is stopped. Survives every failure and tries again when the plan says so. */
export async function renewForEver(renewal: LongRenewal, stopped?: Promise<unknown>): Promise<void> {
  const stop = new AbortController()
  void stopped?.then(() => stop.abort())
  let attempts: Attempts | undefined
  while (!stop.signal.aborted) {
    // Short sleeps: a clock that jumps, or a machine that was asleep, is noticed within a minute.
    const waitMs = Math.min(longestSleepMs, Math.max(1000, await untilNextAttempt(renewal, attempts)))
    await delay(waitMs, undefined, { signal: stop.signal }).catch(() => {})
    if (stop.signal.aborted) return
    if ((await untilNextAttempt(renewal, attempts)) <= 0) attempts = await attempt(renewal, attempts)
  }
}

// A state that cannot be read now may be put right while the process runs.
async function untilNextAttempt(renewal: LongRenewal, attempts: Attempts | undefined): Promise<number> {
  try {
    return (await renewal.readNextAttemptMs(attempts)) - renewal.clock.now()
  } catch (error) {
    renewal.onFailure(error)
    return longestSleepMs
  }
}

/** Attempts it, and remembers that where it failed. */
async function attempt(renewal: LongRenewal, before: Attempts | undefined): Promise<Attempts | undefined> {
  const attempts = { lastAttemptMs: renewal.clock.now(), failures: (before?.failures ?? 0) + 1 }
  try {
    await renewal.renew()
    return undefined
  } catch (error) {
    renewal.onFailure(error)
    return attempts
  }
}
