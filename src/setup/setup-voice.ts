import type { StepListener } from './run/step-listener.ts'

/** What the set-up of a host says, wherever that goes. */
export interface SetupVoice {
  /** A line for people. */
  say(line: string): void
  /** Shows the steps of a plan that has this many. */
  listener(count: number): StepListener
}
