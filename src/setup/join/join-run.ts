import type { JoinWorld } from './join-world.ts'
import { LearnerRun } from './learner/learner-run.ts'
import type { JoinFacts, JoinPlan, JoinStepId } from './plan-join.ts'

/** A join under way. */
export class JoinRun extends LearnerRun<JoinStepId> {
  override readonly facts: JoinFacts
  override readonly world: JoinWorld

  constructor(plan: JoinPlan, world: JoinWorld) {
    super(plan, world)
    this.facts = plan.facts
    this.world = world
  }
}
