import type { StepListener } from './step-listener.ts'

/** Who hears of a run: of its steps, and of what came of it. */
export interface Audience<Outcome> {
  readonly listener: StepListener
  /** Called when all is done, and before that is remembered: what is interrupted here is done again by the next run. */
  readonly conclude?: (outcome: Outcome) => void
}
