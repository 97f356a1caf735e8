import type { HostWorld } from '../host-world.ts'
import { LearnerRun, type LearnerWorld } from '../join/learner/learner-run.ts'
import type { DataPlace } from '../recover/move-aside.ts'
import { recordNote } from '../run/run-progress.ts'
import type { RejoinFacts, RejoinPlan, RejoinStepId } from './plan-rejoin.ts'

/** What a rejoining touches besides what every learner does. */
export interface RejoinWorld extends LearnerWorld {
  readonly host: HostWorld
  readonly data: DataPlace
}

/** A member on its way into the recovered cluster. */
export class RejoinRun extends LearnerRun<RejoinStepId> {
  override readonly facts: RejoinFacts
  override readonly world: RejoinWorld

  constructor(plan: RejoinPlan, world: RejoinWorld) {
    super(plan, world)
    this.facts = plan.facts
    this.world = world
  }

  /** Remembers what a later step, or the run that goes on, needs to know. */
  note(name: RejoinNote, text: string): Promise<void> {
    return this.record((progress) => recordNote(progress, name, text))
  }

  noteOf(name: RejoinNote): string | undefined {
    return this.progress.notes?.[name]
  }
}

/** `utc`: in the name of what is moved aside. `former`: the id of the cluster before. `data`: whether there was any. `marker`: how etcd was. `stood`: the stand-down file. */
export type RejoinNote = 'utc' | 'former' | 'data' | 'marker' | 'stood'
