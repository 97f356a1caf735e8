/** One step of a plan: what the operator reads and what a state file remembers. */
export interface Step<Id extends string = string> {
  readonly id: Id
  readonly title: string
}

export interface StepDuration extends Step {
  readonly durationMs: number
}
