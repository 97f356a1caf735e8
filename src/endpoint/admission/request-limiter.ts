import { readCallerSource } from '../../protocol/caller-source.ts'
import type { RequestLimits } from './front-limits.ts'

const minuteMs = 60_000
// Far under what is told to callers, and over what sums of fractions of a millisecond are off by.
const toleranceMs = 0.01

/**
 * A token bucket for each address. Never for each name: whoever asks in another's name would lock him out. Whoever has
 * more addresses than are remembered is bounded by the places that he shares with everybody (`FairGate`), not by this.
 */
export class RequestLimiter {
  readonly #limits: RequestLimits
  /** When each bucket would be full again, if nothing more were taken from it. */
  readonly #fullAtMs = new Map<string, number>()

  constructor(limits: RequestLimits) {
    this.#limits = limits
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#fullAtMs.size
  }

  /** Takes one request of a canonical address: 0 where it may go on, otherwise how many milliseconds it must wait. */
  take(address: string, nowMs: number): number {
    const source = readCallerSource(address)
    const intervalMs = minuteMs / this.#limits.requestsPerMinute
    const missingMs = this.#readMissing(source, nowMs) + intervalMs
    const waitMs = missingMs - minuteMs
    const isGranted = waitMs <= toleranceMs
    // Put in anew, so that the map is in order of use.
    this.#fullAtMs.delete(source)
    this.#fullAtMs.set(source, nowMs + (isGranted ? missingMs : missingMs - intervalMs))
    this.#forgetOldest()
    return isGranted ? 0 : Math.ceil(waitMs)
  }

  // More than a whole bucket is missing only where the clock was set back: that must refuse nobody.
  #readMissing(source: string, nowMs: number): number {
    const missingMs = Math.max(0, (this.#fullAtMs.get(source) ?? nowMs) - nowMs)
    return missingMs > minuteMs + toleranceMs ? 0 : missingMs
  }

  #forgetOldest(): void {
    if (this.#fullAtMs.size <= this.#limits.maxSources) return
    const [oldest] = this.#fullAtMs.keys()
    if (oldest !== undefined) this.#fullAtMs.delete(oldest)
  }
}
