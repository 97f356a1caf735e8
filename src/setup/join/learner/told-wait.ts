import type { StepTime } from '../../../core/clock.ts'
import type { StepListener } from '../../run/step-listener.ts'

const patienceMs = 1000

/** Whose wait it is. */
interface Waiter {
  readonly time: Pick<StepTime, 'now'>
  readonly listener: Pick<StepListener, 'waiting'>
}

/** A wait that ends, and of which the operator hears once it has taken a second. */
export class ToldWait {
  readonly #waiter: Waiter
  readonly #startedAtMs: number
  readonly #limitMs: number

  constructor(waiter: Waiter, limitMs: number) {
    this.#waiter = waiter
    this.#startedAtMs = waiter.time.now()
    this.#limitMs = limitMs
  }

  get leftMs(): number {
    return this.#startedAtMs + this.#limitMs - this.#waiter.time.now()
  }

  get isOver(): boolean {
    return this.leftMs <= 0
  }

  /** Tells what is waited for, and for how long at most. */
  tell(reason: string): void {
    if (this.#limitMs - this.leftMs >= patienceMs) this.#waiter.listener.waiting(reason, this.leftMs)
  }
}
