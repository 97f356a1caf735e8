import { tryPatiently } from '../../../cluster/try-patiently.ts'
import { asSignetError, SignetError } from '../../../core/signet-error.ts'
import type { Member } from '../../../etcd/member.ts'
import { checkCluster, findOtherLearner } from '../check-cluster.ts'
import type { LearnerRun } from './learner-run.ts'

// etcd's own conditions: a learner at a time, and every voter connected for five seconds (etcd#10499).
const addWaitMs = 90_000
const addPauseMs = 500
const ownVoterWaitMs = 30_000
// The id of a member hashes its peer URL and the second: removed and added again within one, etcd takes it for the old.
const nextSecondMs = 1100
const repeatable: ReadonlySet<string> = new Set(['try-later', 'unavailable', 'refused'])

/**
 * Starts the etcd of an interrupted run that may vote already: in a cluster of two nothing can be read without it.
 */
export async function startOwnVoter(run: LearnerRun<string>): Promise<void> {
  if (!run.mayHaveBegun('promote') || !(await run.member.hasData())) return
  await run.member.start()
  const pause = (ms: number): Promise<void> => run.pause(ms)
  await tryPatiently(() => run.cluster.readView(), { time: run.time, pause, limitMs: ownVoterWaitMs })
}

/** Waits until no other host is joining, then refuses a cluster that this host must not join. */
export async function waitUntilJoinable(run: LearnerRun<string>): Promise<void> {
  const { facts, listener } = run
  const deadlineMs = run.time.now() + addWaitMs
  for (;;) {
    const view = await run.cluster.readView()
    const other = findOtherLearner(view, facts.own)
    if (other === undefined || run.time.now() >= deadlineMs) {
      // Our own progress of this moment counts, not that of when the plan was made.
      return checkCluster(view, { ...facts, progress: run.progress })
    }
    listener.waiting('another host is joining, and etcd takes one at a time', deadlineMs - run.time.now())
    await run.pause(addPauseMs)
  }
}

/** The learner of this run: the one that an interrupted run added, or a new one. */
export async function ensureLearner(run: LearnerRun<string>): Promise<void> {
  const known = findOwnMember(await run.cluster.listMembers(), run)
  if (known !== undefined && (await canContinue(known, run))) return run.rememberMember(known.id)
  await discardTraces(known, run)
  await addOwnLearner(run)
}

/** The member of this run in a list: by its peer URL. */
export function findOwnMember(members: readonly Member[], { facts }: LearnerRun<string>): Member | undefined {
  return members.find(({ peerUrls }) => peerUrls.includes(facts.own.peerUrl))
}

// A member that acknowledged log entries and lost its data breaks Raft's promise: it must not come back under its id.
async function canContinue(known: Member, run: LearnerRun<string>): Promise<boolean> {
  if (!run.mayHaveBegun('start-etcd')) return true
  const isSame = run.addedId === undefined || run.addedId === known.id
  // One that was launched a moment ago has no data yet.
  return isSame && ((await run.member.isRunning()) || (await run.member.hasData()))
}

async function discardTraces(known: Member | undefined, run: LearnerRun<string>): Promise<void> {
  if (known !== undefined) {
    if (!known.isLearner) {
      throw new SignetError('configuration', `the data of the voting member ${run.facts.own.name} is gone`, {
        hint: `take it out on another member: signet member remove ${run.facts.own.name}; then run it again`,
      })
    }
    await run.cluster.remove(known.id)
    await run.pause(nextSecondMs)
  }
  if (!run.mayHaveBegun('start-etcd') && !(await hasStartedAtBoot(run))) return
  // Data of a member that was taken out meanwhile: etcd would not start with it.
  await run.member.stop()
  await run.member.removeData()
}

async function hasStartedAtBoot(run: LearnerRun<string>): Promise<boolean> {
  return run.mayHaveBegun('write-configuration') && run.member.hasData()
}

async function addOwnLearner(run: LearnerRun<string>): Promise<void> {
  const deadlineMs = run.time.now() + addWaitMs
  for (let refusals = 0; ; ) {
    const failure = await tryAdd(run)
    if (failure === undefined) return
    if (failure.code === 'refused') refusals += 1
    if (run.time.now() >= deadlineMs || refusals > 2 || !repeatable.has(failure.code)) throw failure
    run.listener.waiting(failure.message, deadlineMs - run.time.now())
    await run.pauseForEtcd(failure.code === 'refused' ? nextSecondMs : addPauseMs)
    // The answer to an add may be lost while the add was not; and another host may have been faster.
    const added = findOwnMember(await run.cluster.listMembers(), run)
    if (added !== undefined) return run.rememberMember(added.id)
    await waitUntilJoinable(run)
  }
}

async function tryAdd(run: LearnerRun<string>): Promise<SignetError | undefined> {
  const answer = await run.cluster.addLearner(run.facts.own.peerUrl).catch(asSignetError)
  if (answer instanceof SignetError) return answer
  await run.rememberMember(answer.added.id, answer.members)
  return undefined
}
