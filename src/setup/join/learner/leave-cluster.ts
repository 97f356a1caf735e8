import { tryPatiently } from '../../../cluster/try-patiently.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import type { JoinRun } from '../join-run.ts'
import { findOwnMember } from './add-learner.ts'

const rerunHint = 'run it again with the same arguments: it goes on from where it was'
// etcd 3.4 answers a list from one member's memory, which an add whose answer was lost may reach a moment later.
const lostAnswerMs = 500
const clusterAwayLimitMs = 30_000

/**
 * Leaves host and cluster as they were before the run, and returns the failure to report. A member that votes already is
 * left alone. What could not be undone is told, and the progress kept, so that the run can be continued.
 */
export async function rollBackJoin(run: JoinRun, cause: unknown): Promise<SignetError> {
  const failure = asSignetError(cause)
  if (run.isPromoted) return goOnLater(failure, `${run.facts.own.name} votes already`)
  run.listener.rollingBack(failure)
  try {
    await tryPatiently(() => takeOutLearner(run), {
      time: run.time,
      pause: run.time.delay,
      limitMs: clusterAwayLimitMs,
    })
    await clearHost(run)
    await run.ports.progress.clear()
    return failure
  } catch (error) {
    return goOnLater(failure, `it could not be undone: ${asSignetError(error).message}`)
  }
}

function goOnLater(failure: SignetError, why: string): SignetError {
  return new SignetError(failure.code, `${failure.message}; ${why}`, { hint: rerunHint, cause: failure })
}

// Taken out before it is stopped: should a promotion whose answer was lost still come into force, then a stopped second
// voter would have taken the quorum with it.
async function takeOutLearner(run: JoinRun): Promise<void> {
  if (!run.mayHaveBegun('add-learner')) return
  await run.connect()
  if (run.addedId === undefined) await run.time.delay(lostAnswerMs)
  const own = findOwnMember(await run.cluster.listMembers(), run)
  if (own?.isLearner === false) throw new SignetError('refused', `${run.facts.own.name} votes already`)
  const id = own?.id ?? run.addedId
  if (id !== undefined) await removeIfListed(run, id)
}

async function removeIfListed({ cluster }: JoinRun, id: bigint): Promise<void> {
  const refusal = await cluster.remove(id).then(() => undefined, asSignetError)
  if (refusal === undefined) return
  const members = await cluster.listMembers()
  if (members.some((member) => member.id === id)) throw refusal
}

async function clearHost({ mayHaveBegun, member, ports }: JoinRun): Promise<void> {
  if (mayHaveBegun('start-etcd')) await member.stop()
  if (mayHaveBegun('write-configuration')) {
    await member.removeConfiguration()
    await member.removeData()
  }
  if (mayHaveBegun('fetch-ca')) await ports.signer.removeFiles()
}
