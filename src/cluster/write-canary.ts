import type { StepTime } from '../core/clock.ts'

/** What a canary measured. */
export interface CanaryResult {
  readonly writes: number
  /** The longest time between one successful write and the next. */
  readonly longestPauseMs: number
  /** Puts that failed; each was tried again, at the next endpoint. */
  readonly failures: number
}

export interface CanaryWorld {
  readonly put: (endpoint: string, key: string, value: string) => Promise<void>
  readonly remove: (key: string) => Promise<void>
  /** Client URLs of the voting members, never empty. */
  readonly endpoints: readonly string[]
  readonly time: StepTime
}

/** A canary that is writing. */
export interface RunningCanary {
  /** Ends the writing, deletes the key and tells what was measured. Never throws. */
  stop(): Promise<CanaryResult>
}

const canaryKey = 'signet/canary'
const retryPauseMs = 10

/**
 * Writes one key back to back, the next put as soon as the previous was answered, so that the longest gap between two
 * answers is what a client of the cluster would have felt.
 */
export function startWriteCanary(world: CanaryWorld): RunningCanary {
  const canary = new WriteCanary(world)
  const running = canary.write()
  return {
    async stop() {
      canary.isStopping = true
      await running
      await world.remove(canaryKey).catch(() => {})
      return canary.result()
    },
  }
}

class WriteCanary {
  isStopping = false
  readonly #world: CanaryWorld
  #writes = 0
  #failures = 0
  #longestPauseMs = 0
  #answeredAtMs: number
  #endpoint = 0

  constructor(world: CanaryWorld) {
    this.#world = world
    this.#answeredAtMs = world.time.now()
  }

  async write(): Promise<void> {
    while (!this.isStopping) {
      if (await this.#putOnce()) continue
      this.#endpoint += 1
      await this.#world.time.delay(retryPauseMs)
    }
    this.#endPause()
  }

  result(): CanaryResult {
    return { writes: this.#writes, longestPauseMs: Math.round(this.#longestPauseMs), failures: this.#failures }
  }

  async #putOnce(): Promise<boolean> {
    const { endpoints, put } = this.#world
    try {
      await put(endpoints[this.#endpoint % endpoints.length] ?? '', canaryKey, `${this.#writes}`)
    } catch {
      this.#failures += 1
      return false
    }
    // The first answer includes the connection's TLS handshake, which is no pause of the cluster's.
    if (this.#writes > 0 || this.#failures > 0) this.#endPause()
    this.#answeredAtMs = this.#world.time.now()
    this.#writes += 1
    return true
  }

  // Also at the end: a cluster that stopped answering must not look as if it had never paused.
  #endPause(): void {
    this.#longestPauseMs = Math.max(this.#longestPauseMs, this.#world.time.now() - this.#answeredAtMs)
  }
}
