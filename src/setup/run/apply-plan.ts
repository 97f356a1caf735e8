import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { Interruption } from '../interruption.ts'
import type { RunningPlan } from './running-plan.ts'
import type { StepDuration } from './step.ts'

/** What a step does, and how it is undone; both can be run twice, and undo only removes what the run made. */
export interface Act {
  run(): Promise<void>
  undo?(): Promise<void>
}

/** What carries a plan out. */
export interface Undertaking<Id extends string> {
  readonly acts: Readonly<Record<Id, Act>>
  /** What comes before any undoing; where it throws, nothing is undone. */
  readonly beforeUndo?: () => Promise<void>
  /** Called when all is done, and before that is remembered: what is interrupted here is done again by the next run. */
  readonly conclude?: (steps: readonly StepDuration[]) => Promise<void>
}

const rerunHint = 'run it again with the same arguments: it goes on from where it was'

/**
 * Does what the plan says and returns how long each step took. Killed at any moment and run again, it goes on. A failure
 * before the point of no return, an interruption too, undoes what had begun, the last first, and forgets the run; what could
 * not be undone is told, and the progress kept.
 */
export async function applyPlan<Id extends string>(
  run: RunningPlan<Id>,
  undertaking: Undertaking<Id>,
): Promise<readonly StepDuration[]> {
  try {
    const durations = await doSteps(run, undertaking.acts)
    await undertaking.conclude?.(durations)
    await run.rememberFinished()
    return durations
  } catch (error) {
    throw await giveUp(run, undertaking, run.interruption(error) ?? asSignetError(error))
  }
}

async function doSteps<Id extends string>(
  run: RunningPlan<Id>,
  acts: Undertaking<Id>['acts'],
): Promise<readonly StepDuration[]> {
  const durations: StepDuration[] = []
  for (const step of run.steps) {
    run.refuseInterrupted()
    const startedAtMs = run.time.now()
    run.listener.started(step)
    await run.remember(step.id, 'started')
    await acts[step.id].run()
    await run.remember(step.id, 'done')
    const durationMs = run.time.now() - startedAtMs
    durations.push({ ...step, durationMs })
    run.listener.finished(step, durationMs)
  }
  return durations
}

async function giveUp<Id extends string>(
  run: RunningPlan<Id>,
  undertaking: Undertaking<Id>,
  failure: SignetError,
): Promise<SignetError> {
  const { step, state, because } = run.pointOfNoReturn
  if (run.progress[state].includes(step)) {
    if (because !== undefined) return goOnLater(failure, because)
    return run.isInterrupted ? new Interruption('what is done stays', failure.cause) : failure
  }
  run.listener.rollingBack(failure)
  try {
    const undone = await undo(run, undertaking)
    if (!run.isInterrupted) return failure
    return new Interruption(undone === 0 ? 'nothing was changed' : 'what it had begun is undone', failure.cause)
  } catch (error) {
    return goOnLater(failure, `it could not be undone: ${asSignetError(error).message}`)
  }
}

async function undo<Id extends string>(run: RunningPlan<Id>, { acts, beforeUndo }: Undertaking<Id>): Promise<number> {
  await beforeUndo?.()
  const begun = run.steps.filter(({ id }) => run.mayHaveBegun(id))
  for (const { id } of begun.toReversed()) await acts[id].undo?.()
  await run.forget()
  return begun.length
}

function goOnLater(failure: SignetError, why: string): SignetError {
  return new SignetError(failure.code, `${failure.message}; ${why}`, { hint: rerunHint, cause: failure })
}
