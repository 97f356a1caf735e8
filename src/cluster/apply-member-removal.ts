import type { StepTime } from '../core/clock.ts'
import { SignetError } from '../core/signet-error.ts'
import type { ClusterOperations } from './cluster-operations.ts'
import type { MemberRemovalPlan } from './plan-member-removal.ts'
import { tryPatiently } from './try-patiently.ts'

const confirmationMs = 5000
const pauseMs = 100
// A Raft leader that has just been elected may lose a proposal, which etcd then answers with a time-out.
const removalLimitMs = 20_000

/** Removes the member, once another leads where it was the Raft leader, and sees that it is gone. */
export async function applyMemberRemoval(
  plan: MemberRemovalPlan,
  cluster: ClusterOperations,
  time: StepTime,
): Promise<void> {
  // Only spares the writers an election; a removal without it is as right.
  if (plan.moveRaftLeader !== undefined) {
    await cluster.moveRaftLeader(plan.moveRaftLeader.raftLeaderUrl, plan.moveRaftLeader.targetId).catch(() => {})
  }
  const isListed = async (): Promise<boolean> => (await cluster.listMembers()).some(({ id }) => id === plan.id)
  // Again only where it is still listed: the answer to a removal may be lost while the removal was not.
  const remove = async (): Promise<void> => {
    if (await isListed()) await cluster.remove(plan.id)
  }
  await tryPatiently(remove, { time, pause: time.delay, limitMs: removalLimitMs })
  const deadlineMs = time.now() + confirmationMs
  while (await isListed()) {
    if (time.now() >= deadlineMs) {
      throw new SignetError('try-later', `${plan.label} is still listed`, { hint: 'see: signet member list' })
    }
    await time.delay(pauseMs)
  }
}
