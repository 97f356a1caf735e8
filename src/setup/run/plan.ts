import type { RunProgress } from './run-progress.ts'
import type { Step } from './step.ts'

/** What a plan knows of the run that applies it. */
export interface RunFacts {
  /** The run's arguments in one canonical text. */
  readonly arguments: string
  /** Of an earlier run; undefined where there was none. */
  readonly progress: RunProgress | undefined
}

/** From where on a run is never undone: it only goes on, when it is typed again. */
export interface PointOfNoReturn<Id extends string> {
  readonly step: Id
  /** Whether beginning that step is enough, or it must be done. */
  readonly state: 'started' | 'done'
  /** What is so from then on, for the operator who reads why the run failed. */
  readonly because?: string
}

/** What is done on a host, step by step. As long as it only stands, nothing has been changed. */
export interface Plan<Id extends string, Facts extends RunFacts = RunFacts> {
  readonly facts: Facts
  readonly steps: readonly Step<Id>[]
  readonly pointOfNoReturn: PointOfNoReturn<Id>
}
