import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { realTime } from '../../core/clock.ts'
import { withDirectoryLock } from '../../host/files/with-directory-lock.ts'
import type { HostWorld } from '../host-world.ts'
import { applyPlan } from '../run/apply-plan.ts'
import type { Audience } from '../run/audience.ts'
import { fileProgress } from '../run/file-progress.ts'
import { refuseOvertaken } from '../run/refuse-overtaken.ts'
import type { StepDuration } from '../run/step.ts'
import { planUse, type UsePlan } from './plan-use.ts'
import { refuseNoWayBack } from './taken-up.ts'
import { useActs } from './use-acts.ts'
import { readUseFacts, type UseAnswers } from './use-facts.ts'
import { composeUseReceipt, type UseReceipt } from './use-receipt.ts'
import { type TakeVerifiedSnapshot, UseRun } from './use-run.ts'

// A start renews first what is due, for up to a minute where no signer answers.
export const usualStartLimitMs = 120_000
const usualTurnLimitMs = 10 * 60_000

/** Who hears of a move, and what it is handed. */
export interface UseAudience extends Audience<UseReceipt> {
  readonly takeSnapshot: TakeVerifiedSnapshot
  /** How long etcd's start may take besides what the size of the database adds; two minutes where nothing is said. */
  readonly startLimitMs?: number
  /** How long others that move are waited for; ten minutes where nothing is said. */
  readonly turnLimitMs?: number
}

/** Reads everything that decides whether this member may move to the binaries in a directory; changes nothing. */
export async function readUsePlan(answers: UseAnswers, world: HostWorld): Promise<UsePlan> {
  return planUse(await readUseFacts(answers, world))
}

/**
 * Moves while no other run does on this host: typed twice, the second would take what the first has done so far for that of a run
 * which was cut off, and each would take the other's restart for an etcd that ends. Throws `try-later`.
 */
export async function aloneOnHost(
  world: Pick<HostWorld, 'layout' | 'files'>,
  move: () => Promise<void>,
): Promise<void> {
  const directory = dirname(world.layout.etcdUseProgress)
  await world.files.makeDirectory(directory, { mode: 0o700 })
  await withDirectoryLock(directory, move)
}

/** Moves this member to other binaries, or, where they do not come up, back. Run again after an interruption, it goes on. */
export async function useEtcd(plan: UsePlan, audience: UseAudience, world: HostWorld): Promise<void> {
  const {
    listener,
    conclude,
    takeSnapshot,
    startLimitMs = usualStartLimitMs,
    turnLimitMs = usualTurnLimitMs,
  } = audience
  const { layout, files, signal } = world
  const progress = fileProgress(layout.etcdUseProgress, files)
  // A finished one is of an earlier move.
  if (plan.facts.progress === undefined && existsSync(layout.etcdUseProgress)) {
    if ((await progress.load())?.isFinished === true) await progress.clear()
  }
  refuseOvertaken(plan.facts, layout.etcdUseProgress)
  const handed = { host: world, takeSnapshot, startLimitMs, turnLimitMs }
  const run = new UseRun(plan, { progress, time: realTime, listener, signal, ...handed })
  await run.connect()
  const receipt = (steps: readonly StepDuration[]): UseReceipt =>
    composeUseReceipt({
      facts: plan.facts,
      clusterVersion: run.after?.cluster ?? '',
      snapshot: run.progress.notes?.['snapshot'] ?? '',
      raftSnapshot: run.raftSnapshot,
      measured: run.measured,
      steps,
    })
  try {
    await applyPlan(run, {
      acts: useActs(run),
      beforeUndo: () => refuseNoWayBack(run),
      conclude: async (steps) => conclude?.(receipt(steps)),
    })
  } finally {
    await run.close()
  }
}
