import { type Attempts, planRenewal, type Validity } from '../src/client/renew/renewal-window.ts'

/** A fleet, and when its signer is away; times in seconds of a virtual clock. */
export interface FleetScenario {
  readonly masters: number
  readonly lifetimeSeconds: number
  readonly durationSeconds: number
  /** All masters are installed within this time from 0. */
  readonly installedWithinSeconds: number
  readonly outage: { readonly startSeconds: number; readonly lengthSeconds: number }
}

/** What became of a fleet. */
export interface FleetHistory {
  readonly renewals: number
  /** Attempts that found no signer. */
  readonly failedAttempts: number
  /** Most requests in one second that the signer had to answer. */
  readonly peakPerSecond: number
  /** Over the ten busiest seconds in a row. */
  readonly peakOverTenSeconds: number
  readonly meanPerSecond: number
  /** Certificates that expired before they were renewed. */
  readonly ranOut: number
  /** From the end of the outage until the last master that had failed has a new certificate. */
  readonly secondsUntilFresh: number
  /** The least time that any certificate had left when it was renewed. */
  readonly leastLeftSeconds: number
}

interface Master {
  readonly name: string
  validity: Validity
  attempts: Attempts
}

/** signet-renew.timer looks every 5 minutes, and up to 2 later. */
const timerSeconds = 5 * 60
const timerSpreadSeconds = 2 * 60
const backdateMs = 10 * 60 * 1000

/** Lets a fleet live on a virtual clock, each master by the plan that `signet renew` follows. */
export function simulateRenewals(scenario: FleetScenario): FleetHistory {
  return new Fleet(scenario).run()
}

class Fleet {
  readonly #scenario: FleetScenario
  readonly #random = createRandom(20_260_131)
  readonly #masters: Master[] = []
  /** Who wakes up in which second. */
  readonly #calendar: number[][]
  readonly #answered: Uint32Array
  #failedAttempts = 0
  #ranOut = 0
  #lastFreshSeconds = 0
  #leastLeftMs = Number.POSITIVE_INFINITY

  constructor(scenario: FleetScenario) {
    this.#scenario = scenario
    this.#calendar = Array.from({ length: scenario.durationSeconds }, () => [])
    this.#answered = new Uint32Array(scenario.durationSeconds)
    for (let index = 0; index < scenario.masters; index += 1) this.#install(index)
  }

  run(): FleetHistory {
    for (const [second, awake] of this.#calendar.entries()) {
      for (const index of awake) this.#wake(index, second)
      // What was done need not stay in memory.
      this.#calendar[second] = []
    }
    const endMs = this.#scenario.durationSeconds * 1000
    const ranOutAtEnd = this.#masters.filter(({ validity }) => validity.notAfterMs < endMs).length
    return { ...this.#countAnswers(), ...this.#outcome(), ranOut: this.#ranOut + ranOutAtEnd }
  }

  #outcome(): Pick<FleetHistory, 'failedAttempts' | 'secondsUntilFresh' | 'leastLeftSeconds'> {
    const { startSeconds, lengthSeconds } = this.#scenario.outage
    return {
      failedAttempts: this.#failedAttempts,
      secondsUntilFresh: Math.max(0, this.#lastFreshSeconds - startSeconds - lengthSeconds),
      leastLeftSeconds: this.#leastLeftMs / 1000,
    }
  }

  #install(index: number): void {
    const second = this.#random() * this.#scenario.installedWithinSeconds
    const attempts = { lastAttemptMs: second * 1000, failures: 0 }
    this.#masters[index] = { name: `kubemaster-${index}`, validity: this.#issue(second * 1000), attempts }
    this.#plan(index, second)
  }

  #issue(nowMs: number): Validity {
    return { notBeforeMs: nowMs - backdateMs, notAfterMs: nowMs + this.#scenario.lifetimeSeconds * 1000 }
  }

  #wake(index: number, second: number): void {
    const master = this.#masters[index]
    if (master === undefined) return
    const nowMs = second * 1000
    const { startSeconds, lengthSeconds } = this.#scenario.outage
    const { failures } = master.attempts
    if (second >= startSeconds && second < startSeconds + lengthSeconds) {
      this.#failedAttempts += 1
      master.attempts = { lastAttemptMs: nowMs, failures: failures + 1 }
    } else {
      this.#renew(master, second)
    }
    this.#plan(index, second)
  }

  #renew(master: Master, second: number): void {
    const nowMs = second * 1000
    const leftMs = master.validity.notAfterMs - nowMs
    if (leftMs <= 0) this.#ranOut += 1
    if (master.attempts.failures > 0) this.#lastFreshSeconds = second
    this.#leastLeftMs = Math.min(this.#leastLeftMs, leftMs)
    this.#answered[second] = (this.#answered[second] ?? 0) + 1
    master.validity = this.#issue(nowMs)
    master.attempts = { lastAttemptMs: nowMs, failures: 0 }
  }

  // The timer's next look after the planned moment: its phase is anywhere.
  #plan(index: number, second: number): void {
    const master = this.#masters[index]
    if (master === undefined) return
    const { nextAttemptMs } = planRenewal({ ...master, nowMs: second * 1000 })
    const look = this.#random() * (timerSeconds + this.#random() * timerSpreadSeconds)
    const at = Math.max(second + 1, Math.ceil(nextAttemptMs / 1000 + look))
    this.#calendar[at]?.push(index)
  }

  #countAnswers(): Pick<FleetHistory, 'renewals' | 'peakPerSecond' | 'peakOverTenSeconds' | 'meanPerSecond'> {
    let [renewals, peakPerSecond, window, widest] = [0, 0, 0, 0]
    for (const [second, count] of this.#answered.entries()) {
      renewals += count
      window += count - (this.#answered[second - 10] ?? 0)
      peakPerSecond = Math.max(peakPerSecond, count)
      widest = Math.max(widest, window)
    }
    const meanPerSecond = renewals / this.#scenario.durationSeconds
    return { renewals, peakPerSecond, peakOverTenSeconds: widest / 10, meanPerSecond }
  }
}

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
