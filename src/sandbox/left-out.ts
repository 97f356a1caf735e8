import type { StepTerminal } from '../setup/run/step-display.ts'
import type { StepListener } from '../setup/run/step-listener.ts'

/** What the steps of a host's set-up do not do in a sandbox: each step's, told once it is over. */
export class LeftOut {
  readonly #write: StepTerminal['write']
  readonly #pending = new Set<string>()

  constructor(write: StepTerminal['write']) {
    this.#write = write
  }

  readonly add = (what: string): void => void this.#pending.add(what)

  /** Says what was left out since it was said last. */
  readonly tell = (): void => {
    if (this.#pending.size === 0) return
    this.#write(`        not in a sandbox: ${[...this.#pending].join('; ')}\n`)
    this.#pending.clear()
  }

  /** A listener that tells after each step. */
  after(listener: StepListener): StepListener {
    return {
      ...listener,
      finished: (step, durationMs) => {
        listener.finished(step, durationMs)
        this.tell()
      },
      rollingBack: (cause) => {
        listener.rollingBack(cause)
        this.tell()
      },
    }
  }
}
