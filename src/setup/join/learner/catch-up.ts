import { type ClusterView, largestDatabaseBytes, memberLabel, raftLeaderOf } from '../../../cluster/cluster-view.ts'
import { tryPatiently } from '../../../cluster/try-patiently.ts'
import { SignetError } from '../../../core/signet-error.ts'
import { findUnconnectedPeer } from '../peer-reachability.ts'
import { findOwnMember } from './add-learner.ts'
import type { LearnerRun } from './learner-run.ts'
import { MissedAnswer, nearEntries } from './missed-answer.ts'
import { ToldWait } from './told-wait.ts'

// While it takes in the snapshot a member answers nobody, so that only the clock can tell that it hangs.
const startLimitMs = 60_000
const slowestBytesPerMs = 10_000
const pollMs = 50
const mostRestarts = 3
const restartPauseMs = 1000
const clusterAwayLimitMs = 20_000
// Members dial a new one within a tenth of a second, again and again.
const peersLimitMs = 5000
// etcd up to 3.4.23 and 3.5.6 may promote a learner that never started; one reading could be luck.
const readingsInARow = 2
// It is on this host. Until it serves, it takes connections and lets them wait.
const ownAnswerMs = 700
const noAnswer = 'it does not answer'

/** Waits until this host's etcd has started, is known to the cluster by its name and has the Raft leader's log. */
export async function waitUntilCaughtUp(run: LearnerRun<string>): Promise<void> {
  const view = await readView(run)
  if (view.members.some(({ member }) => member.id === run.memberId && !member.isLearner)) return
  const limitMs = startLimitMs + largestDatabaseBytes(view) / slowestBytesPerMs
  await waitForLog(run, limitMs)
  await waitForPeers(run)
}

function readView(run: LearnerRun<string>): Promise<ClusterView> {
  const pause = (ms: number): Promise<void> => run.pause(ms)
  return tryPatiently(() => run.cluster.readView(), { time: run.time, pause, limitMs: clusterAwayLimitMs })
}

async function waitForLog(run: LearnerRun<string>, limitMs: number): Promise<void> {
  const wait = new ToldWait(run, limitMs)
  let inARow = 0
  let restarts = 0
  let reason = noAnswer
  const missedAnswer = new MissedAnswer(run)
  while (inARow < readingsInARow) {
    if (wait.isOver) throw notCaughtUp(run, `${reason} after ${Math.round(limitMs / 1000)} s`)
    if (!(await run.member.isRunning())) {
      await startAgain(run, restarts++)
      inARow = 0
    }
    const gap = await readGap(run)
    inARow = typeof gap === 'bigint' && gap <= nearEntries ? inARow + 1 : 0
    if (typeof gap === 'string') reason = gap
    if (gap === noAnswer) await missedAnswer.cutShort()
    wait.tell(reason)
    await run.pause(pollMs)
  }
}

// A new member that reaches no other at its first start ends by itself; the others may be back in a moment.
async function startAgain(run: LearnerRun<string>, restarts: number): Promise<void> {
  if (restarts >= mostRestarts) throw notCaughtUp(run, 'it has ended')
  run.listener.waiting('etcd of this host has ended and is started again')
  await run.pause(restartPauseMs)
  await run.member.start()
}

async function waitForPeers(run: LearnerRun<string>): Promise<void> {
  const wait = new ToldWait(run, peersLimitMs)
  for (;;) {
    const view = await readView(run)
    const missing = findUnconnectedPeer(view, run.memberId, await run.member.inboundPeers())
    if (missing === undefined) return
    if (wait.isOver) {
      throw new SignetError('unavailable', `${memberLabel(missing.member)} cannot reach ${run.facts.own.peerUrl}`, {
        hint: `open the peer port of ${run.facts.own.name} to every member, then run it again`,
      })
    }
    wait.tell(`${memberLabel(missing.member)} does not connect yet`)
    await run.pause(pollMs)
  }
}

/** How many entries it lacks, or why that cannot be told yet. */
async function readGap(run: LearnerRun<string>): Promise<bigint | string> {
  const own = await run.cluster.readStatus(run.facts.own.clientUrl, ownAnswerMs).catch(() => undefined)
  if (own === undefined) return noAnswer
  if (own.memberId !== run.memberId) return `another member answers at ${run.facts.own.clientUrl}`
  const view = await run.cluster.readView().catch(() => undefined)
  const raftLeader = view === undefined ? undefined : raftLeaderOf(view)
  if (raftLeader?.status === undefined || own.raftLeader !== raftLeader.member.id) return 'it knows no Raft leader'
  const listed = findOwnMember(view?.members.map(({ member }) => member) ?? [], run)
  if (listed?.name !== run.facts.own.name) return 'it has not told the cluster its name'
  // Asked in this order the gap is rather too large than too small.
  const gap = raftLeader.status.raftIndex - own.raftIndex
  return gap > nearEntries ? `it lacks ${gap} entries of ${memberLabel(raftLeader.member)}` : gap
}

function notCaughtUp({ facts, member }: LearnerRun<string>, reason: string): SignetError {
  return new SignetError('unavailable', `etcd of ${facts.own.name} did not catch up: ${reason}`, {
    hint: `see ${member.logHint}, and that ${facts.own.peerUrl} can be reached from every member`,
  })
}
