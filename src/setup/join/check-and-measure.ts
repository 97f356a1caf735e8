import { startOwnVoter, waitUntilJoinable } from './learner/add-learner.ts'
import type { LearnerRun } from './learner/learner-run.ts'
import { requireReachablePeers } from './require-reachable-peers.ts'

/** Refuses a cluster that this host must not join as it is now, and measures from here on how its writes wait. */
export async function checkAndMeasure(run: LearnerRun<string>): Promise<void> {
  await run.connect()
  await startOwnVoter(run)
  await waitUntilJoinable(run)
  const view = await run.cluster.readView()
  await requireReachablePeers(run, view)
  run.startMeasuring(view)
}
