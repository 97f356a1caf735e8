import { SignetError } from '../core/signet-error.ts'
import type { ClusterOperations } from './cluster-operations.ts'
import type { MemberRemovalPlan } from './plan-member-removal.ts'
import type { StepTime } from './step.ts'

const confirmationMs = 5000
const pauseMs = 100

/** Removes the member, once another leads where it was the Raft leader, and sees that it is gone. */
export async function applyMemberRemoval(
  plan: MemberRemovalPlan,
  cluster: ClusterOperations,
  time: StepTime,
): Promise<void> {
  // Only spares the writers an election; a removal without it is as right.
  if (plan.moveLeader !== undefined) {
    await cluster.moveLeader(plan.moveLeader.leaderUrl, plan.moveLeader.targetId).catch(() => {})
  }
  await cluster.remove(plan.id)
  const deadlineMs = time.now() + confirmationMs
  while ((await cluster.listMembers()).some(({ id }) => id === plan.id)) {
    if (time.now() >= deadlineMs) {
      throw new SignetError('try-later', `${plan.label} is still listed`, { hint: 'see: signet member list' })
    }
    await time.delay(pauseMs)
  }
}
