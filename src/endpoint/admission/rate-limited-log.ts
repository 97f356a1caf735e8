import type { Clock } from '../../core/clock.ts'
import type { Log, LogFields } from '../../core/log.ts'

const windowMs = 60_000

interface Window {
  readonly startMs: number
  logged: number
  suppressed: number
}

/** Warnings that callers can provoke at will, so many a minute of each kind; the others are counted, then summed up. */
export class RateLimitedLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #perMinute: number
  readonly #windows = new Map<string, Window>()

  /** `kind` of the methods must come from a fixed set of ours: each takes memory for good. */
  constructor(log: Log, clock: Clock, perMinute = 20) {
    this.#log = log
    this.#clock = clock
    this.#perMinute = perMinute
  }

  warn(kind: string, fields: LogFields, event: string): void {
    const window = this.#currentWindow(kind)
    if (window.logged >= this.#perMinute) {
      window.suppressed += 1
      return
    }
    window.logged += 1
    this.#log.warn({ kind, ...fields }, event)
  }

  /** Sums up what is over; to be called now and then, and at the end. */
  flush(): void {
    for (const [kind, window] of this.#windows) this.#sumUp(kind, window)
  }

  #currentWindow(kind: string): Window {
    const nowMs = this.#clock.now()
    const known = this.#windows.get(kind)
    if (known !== undefined && nowMs >= known.startMs && nowMs < known.startMs + windowMs) return known
    if (known !== undefined) this.#sumUp(kind, known)
    const fresh = { startMs: nowMs, logged: 0, suppressed: 0 }
    this.#windows.set(kind, fresh)
    return fresh
  }

  #sumUp(kind: string, window: Window): void {
    if (window.suppressed > 0) this.#log.warn({ kind, count: window.suppressed }, 'more of this kind were not logged')
    window.suppressed = 0
  }
}
