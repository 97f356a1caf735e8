import type { StepTime } from '../../core/clock.ts'
import type { SignetError } from '../../core/signet-error.ts'
import { Interruption } from '../interruption.ts'
import type { Plan, PointOfNoReturn } from './plan.ts'
import type { ProgressStore } from './progress-store.ts'
import { newProgress, type RunProgress, recordStep } from './run-progress.ts'
import type { Step } from './step.ts'
import type { StepListener } from './step-listener.ts'

/** What a run touches besides that which its acts do. */
export interface RunWorld {
  readonly progress: ProgressStore
  readonly time: StepTime
  readonly listener: StepListener
  /** Ends the run: undone before the point of no return, left to be run again after it. */
  readonly signal?: AbortSignal | undefined
}

/** A plan that is being applied, and how far it came: that is on the disk before anything is done about it. */
export class RunningPlan<Id extends string> {
  readonly steps: readonly Step<Id>[]
  readonly pointOfNoReturn: PointOfNoReturn<Id>
  readonly listener: StepListener
  readonly time: StepTime
  readonly #signal: AbortSignal | undefined
  readonly #store: ProgressStore
  #progress: RunProgress

  /** Takes up the interrupted run that the plan was made for. Whether one that is finished may be run again, the plan says. */
  constructor({ facts, steps, pointOfNoReturn }: Plan<Id>, { progress: store, time, listener, signal }: RunWorld) {
    const { progress, arguments: given } = facts
    this.steps = steps
    this.pointOfNoReturn = pointOfNoReturn
    this.listener = listener
    this.time = time
    this.#signal = signal
    this.#store = store
    this.#progress = progress?.isFinished === false ? progress : newProgress(given)
  }

  get progress(): RunProgress {
    return this.#progress
  }

  /** Whether this step may have left something behind, in this run or in the one that it continues. */
  mayHaveBegun(id: Id): boolean {
    return this.#progress.started.includes(id)
  }

  /** Before a step begins, too: whoever comes after a SIGKILL knows then what may have happened. */
  remember(id: Id, state: 'started' | 'done'): Promise<void> {
    return this.record((progress) => recordStep(progress, id, state))
  }

  /** Changes what the next run will know of this one. */
  async record(change: (progress: RunProgress) => RunProgress): Promise<void> {
    const changed = change(this.#progress)
    await this.#store.save(changed)
    this.#progress = changed
  }

  rememberFinished(): Promise<void> {
    return this.record((progress) => ({ ...progress, isFinished: true }))
  }

  /** Forgets the run, once nothing is left of it. */
  forget(): Promise<void> {
    return this.#store.clear()
  }

  /** Throws `try-later` once the operator has interrupted the run. */
  refuseInterrupted(): void {
    const interruption = this.interruption()
    if (interruption !== undefined) throw interruption
  }

  get isInterrupted(): boolean {
    return this.#signal?.aborted === true
  }

  /**
   * Why a run ends that the operator has interrupted, whatever that made fail: what was being waited for then is not to blame.
   */
  interruption(cause?: unknown): SignetError | undefined {
    if (!this.isInterrupted) return undefined
    return new Interruption(undefined, cause)
  }

  /** Waits, and throws `try-later` once the run was interrupted. */
  async pause(ms: number): Promise<void> {
    this.refuseInterrupted()
    await this.time.delay(ms)
    this.refuseInterrupted()
  }
}
