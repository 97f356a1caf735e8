import { tryPatiently } from '../../../cluster/try-patiently.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import { findOwnMember } from './add-learner.ts'
import type { LearnerRun } from './learner-run.ts'

// etcd 3.4 answers a list from one member's memory, which an add whose answer was lost may reach a moment later.
const lostAnswerMs = 500
const clusterAwayLimitMs = 30_000

/**
 * Takes the learner of a run that failed out of the cluster again. Before its etcd is stopped: should a promotion whose answer
 * was lost still come into force, then a stopped second voter would have taken the quorum with it. Throws where it votes
 * already, and where the cluster cannot be asked.
 */
export async function leaveCluster(run: LearnerRun<string>): Promise<void> {
  await run.stopMeasuring()
  const { time } = run
  // The run may be interrupted: what it did is undone all the same.
  await tryPatiently(() => takeOutLearner(run), { time, pause: time.delay, limitMs: clusterAwayLimitMs })
}

async function takeOutLearner(run: LearnerRun<string>): Promise<void> {
  if (!run.mayHaveBegun('add-learner')) return
  await run.connect()
  if (run.addedId === undefined) await run.time.delay(lostAnswerMs)
  const own = findOwnMember(await run.cluster.listMembers(), run)
  if (own?.isLearner === false) throw new SignetError('refused', `${run.facts.own.name} votes already`)
  const id = own?.id ?? run.addedId
  if (id !== undefined) await removeIfListed(run, id)
}

async function removeIfListed({ cluster }: LearnerRun<string>, id: bigint): Promise<void> {
  const refusal = await cluster.remove(id).then(() => undefined, asSignetError)
  if (refusal === undefined) return
  const members = await cluster.listMembers()
  if (members.some((member) => member.id === id)) throw refusal
}
