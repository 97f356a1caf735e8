import type { Step } from './step.ts'

/** Told of what happens while a plan is applied; for a live list, or for plain lines. */
export interface StepListener {
  started(step: Step): void
  finished(step: Step, durationMs: number): void
  /** Something outside is being waited for, and for so long at most where that is known. */
  waiting(reason: string, leftMs?: number): void
  /** The plan failed before the point of no return and is being undone. */
  rollingBack(cause: Error): void
}

/** Tells two of them the same. */
export function bothListeners(one: StepListener, other: StepListener): StepListener {
  return {
    started: (step) => {
      one.started(step)
      other.started(step)
    },
    finished: (step, durationMs) => {
      one.finished(step, durationMs)
      other.finished(step, durationMs)
    },
    waiting: (reason, leftMs) => {
      one.waiting(reason, leftMs)
      other.waiting(reason, leftMs)
    },
    rollingBack: (cause) => {
      one.rollingBack(cause)
      other.rollingBack(cause)
    },
  }
}
