import { existsSync } from 'node:fs'
import { etcdOperations } from '../../cluster/cluster-operations.ts'
import { connectWithPair } from '../../cluster/connect-with-pair.ts'
import { realTime } from '../../core/clock.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import type { HostWorld } from '../host-world.ts'
import { composeReceipt, type JoinReceipt } from '../join/join-receipt.ts'
import { leaveCluster } from '../join/learner/leave-cluster.ts'
import { formatUtc, planAside, readDataDirectory } from '../recover/move-aside.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import type { ProgressStore } from '../run/progress-store.ts'
import { refuseOvertaken } from '../run/refuse-overtaken.ts'
import type { StepDuration } from '../run/step.ts'
import { formerMember } from './former-data.ts'
import { planRejoin, type RejoinPlan, targetAnswers } from './plan-rejoin.ts'
import { rejoinActs } from './rejoin-acts.ts'
import { type RejoinAnswers, type RejoinParts, readRejoinFacts, rejoinProgressFile } from './rejoin-facts.ts'
import { RejoinRun } from './rejoin-run.ts'

const etcdTimeoutMs = 5000

/** A member that is in the recovered cluster. */
export interface Rejoined extends JoinReceipt {
  readonly clusterId: string
  /** Null where nothing told it. */
  readonly formerClusterId: string | null
  /** Where its data of before are; null where it had none. */
  readonly aside: string | null
}

/** Reads everything that decides whether this member may come into the recovered cluster; changes nothing. */
export async function readRejoinPlan(
  answers: RejoinAnswers,
  world: HostWorld,
  parts: RejoinParts,
): Promise<RejoinPlan> {
  const plan = planRejoin(await readRejoinFacts(answers, world, parts))
  // Refused before anything is done, where they cannot be moved in one piece.
  planAside(await readDataDirectory(plan.facts.dataDirectory), 'any')
  return plan
}

/** Brings this member into the recovered cluster. Run again after an interruption, it goes on. */
export async function rejoinHost(
  plan: RejoinPlan,
  { listener, conclude }: Audience<Rejoined>,
  world: HostWorld,
): Promise<void> {
  const { layout, files, signal, clock } = world
  const file = rejoinProgressFile(world)
  const progress = fileProgress(file, files)
  await forgetFinished(plan, file, progress)
  refuseOvertaken(plan.facts, file)
  const utc = plan.facts.progress?.notes?.['utc'] ?? formatUtc(clock.now())
  const data = planAside(await readDataDirectory(plan.facts.dataDirectory), utc)
  let run: RejoinRun | undefined
  const hadData = (): boolean => run?.noteOf('data') !== 'none'
  const member = formerMember(world, { own: plan.facts.own, data, hadData })
  const connect = async () => etcdOperations(connectWithPair(memberPaths(layout), placesOf(plan)))
  run = new RejoinRun(plan, { progress, time: realTime, listener, signal, member, connect, host: world, data })
  await run.note('utc', utc)
  await run.note('former', plan.facts.formerClusterId ?? '')
  const going = run
  try {
    await applyPlan(going, {
      acts: rejoinActs(going),
      beforeUndo: () => leaveCluster(going),
      conclude: async (steps) => conclude?.(receiptOf(going, steps)),
    })
  } finally {
    await going.close()
  }
}

function placesOf(plan: RejoinPlan) {
  const { own } = plan.facts
  const answers = targetAnswers(plan.facts)
  const urls = answers.flatMap(({ url, members }) => [url, ...members.flatMap(({ clientUrls }) => clientUrls)])
  return { endpoints: [...new Set(urls)].filter((url) => url !== own.clientUrl), timeoutMs: etcdTimeoutMs }
}

// Of an earlier recovery.
async function forgetFinished({ facts }: RejoinPlan, file: string, progress: ProgressStore): Promise<void> {
  if (facts.progress !== undefined || !existsSync(file)) return
  if ((await progress.load())?.isFinished === true) await progress.clear()
}

function receiptOf(run: RejoinRun, steps: readonly StepDuration[]): Rejoined {
  const { facts, memberId, verified, etcdWaitMs, measured, world } = run
  const { name } = facts.own
  const areJoinsOpen = undefined
  return {
    ...composeReceipt({ name, memberId, view: verified, steps, etcdWaitMs, canary: measured, areJoinsOpen }),
    clusterId: facts.clusterId,
    formerClusterId: facts.formerClusterId ?? null,
    aside: run.noteOf('data') === 'none' ? null : world.data.aside,
  }
}
