import { raftLeaderOf } from '../../../cluster/cluster-view.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import { findOwnMember } from './add-learner.ts'
import type { LearnerRun } from './learner-run.ts'

const promotionLimitMs = 30_000
const pauseMs = 200

/** Gives this run's learner its vote, at the Raft leader, again after each change of Raft leader. The point of no return. */
export async function promoteLearner(run: LearnerRun<string>): Promise<void> {
  const deadlineMs = run.time.now() + promotionLimitMs
  for (;;) {
    const failure = await tryPromote(run)
    if (failure === undefined) return
    if (run.time.now() >= deadlineMs || failure.code === 'internal') throw failure
    run.listener.waiting(failure.message, deadlineMs - run.time.now())
    await run.pause(pauseMs)
  }
}

/** Undefined once it votes; the answer to an earlier try may have been lost, so the list decides. */
async function tryPromote(run: LearnerRun<string>): Promise<SignetError | undefined> {
  try {
    const view = await run.cluster.readView()
    const own = findOwnMember(
      view.members.map(({ member }) => member),
      run,
    )
    if (own === undefined) return new SignetError('internal', `${run.facts.own.name} was taken out while it joined`)
    if (!own.isLearner) return undefined
    const raftLeaderUrl = raftLeaderOf(view)?.member.clientUrls[0]
    if (raftLeaderUrl === undefined)
      return new SignetError('try-later', 'the cluster has no Raft leader at this moment')
    await run.cluster.promote(own.id, raftLeaderUrl)
    return undefined
  } catch (error) {
    return asSignetError(error)
  }
}
