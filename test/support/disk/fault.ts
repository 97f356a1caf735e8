import { SignetError } from '../../../src/core/signet-error.ts'

export interface FaultSettings {
  /** The how-manieth call is struck, from 1. */
  readonly call: number
  /** Whether the call has taken effect by then. */
  readonly when: 'before' | 'after'
  /** `kill`: from then on no call ever returns, as in a process killed by SIGKILL. `fail-on`: all calls fail from then on. */
  readonly how: 'kill' | 'fail-once' | 'fail-on'
}

// What only looks at names, dozens of times; what says where a log is, at once and not as a promise.
const leftAlone: readonly string[] = ['close', 'look', 'logOf']

/** Strikes one call of a run, so that a test can walk through all of them. */
export class Fault {
  /** The struck call, such as `member.start`; undefined where the run ended before. */
  struck: string | undefined
  /** Settles when the call is struck. */
  readonly strikes: Promise<void>
  readonly #settings: FaultSettings
  #settle: () => void = () => {}
  #calls = 0

  constructor(settings: FaultSettings) {
    this.#settings = settings
    this.strikes = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /**
   * The same functions, each of which may be struck; but for those without any effect. Writes of the canary, which are
   * endless, are not counted.
   */
  wrap<Port extends object>(portName: string, port: Port): Port {
    const wrapped = Object.entries(port).map(([name, value]) => {
      const isLeftAlone = typeof value !== 'function' || leftAlone.includes(name)
      return [name, isLeftAlone ? value : this.#wrapCall(`${portName}.${name}`, value.bind(port))] as const
    })
    return Object.fromEntries(wrapped) as Port
  }

  #wrapCall(name: string, call: (...args: unknown[]) => Promise<unknown>) {
    return async (...args: unknown[]): Promise<unknown> => {
      if (name !== 'cluster.putAt') this.#calls += 1
      const isIt = name !== 'cluster.putAt' && this.#calls === this.#settings.call
      if (this.#isOver) await this.#strike(name)
      if (isIt && this.#settings.when === 'before') await this.#strike(name)
      const answer = await call(...args)
      if (isIt && this.#settings.when === 'after') await this.#strike(name)
      return answer
    }
  }

  get #isOver(): boolean {
    return this.struck !== undefined && this.#settings.how !== 'fail-once'
  }

  async #strike(name: string): Promise<never> {
    this.struck ??= name
    this.#settle()
    if (this.#settings.how === 'kill') return new Promise(() => {})
    throw new SignetError('unavailable', `${this.struck} was struck`)
  }
}
