import { applyPlan } from '../run/apply-plan.ts'
import type { StepDuration } from '../run/step.ts'
import { joinActs } from './join-acts.ts'
import { composeReceipt, type JoinReceipt } from './join-receipt.ts'
import { JoinRun } from './join-run.ts'
import type { JoinWorld } from './join-world.ts'
import { leaveCluster } from './learner/leave-cluster.ts'
import type { JoinPlan } from './plan-join.ts'

/** Told when all is done, and before that is remembered: what is interrupted here is done again by the next run. */
export type ConcludeJoin = (receipt: JoinReceipt) => Promise<void>

/**
 * Makes this host a voting member. Killed at any moment and run again with the same arguments, it goes on; failing
 * before the promotion, it leaves host and cluster as they were and throws why.
 */
export async function applyJoin(plan: JoinPlan, world: JoinWorld, conclude?: ConcludeJoin): Promise<JoinReceipt> {
  const run = new JoinRun(plan, world)
  try {
    const steps = await applyPlan(run, {
      acts: joinActs(run),
      beforeUndo: () => leaveCluster(run),
      conclude: async (done) => conclude?.(receiptOf(run, done)),
    })
    return receiptOf(run, steps)
  } finally {
    await run.close()
  }
}

function receiptOf(
  { facts, memberId, verified, etcdWaitMs, measured }: JoinRun,
  steps: readonly StepDuration[],
): JoinReceipt {
  const { own, areJoinsOpen } = facts
  return composeReceipt({ name: own.name, memberId, view: verified, steps, etcdWaitMs, canary: measured, areJoinsOpen })
}
