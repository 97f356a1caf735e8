import type { StepTime } from '../../core/clock.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { newProgress, type ProgressStore, type RunProgress, recordStep } from '../run/run-progress.ts'
import { runSteps } from '../run/run-steps.ts'
import type { StepDuration, StepListener } from '../run/step.ts'
import type { InitPlan, InitStepId } from './plan-init.ts'

/** What a step does, and how it is undone; both can be run twice, and undo only removes what the run made. */
export interface InitAct {
  run(): Promise<void>
  undo?(): Promise<void>
}

export interface InitOptions {
  readonly progress: ProgressStore
  readonly time: StepTime
  readonly listener: StepListener
  readonly signal?: AbortSignal
  /** Called when all is done, and before that is remembered: what is interrupted here is done again by the next run. */
  readonly conclude?: (steps: readonly StepDuration[]) => Promise<void>
}

// From here on callers may hold certificates of this CA: it must not be thrown away again.
const pointOfNoReturn: InitStepId = 'start-endpoint'

/** Founds the cluster. A failure before the endpoint answers undoes every step that had begun, the last one first. */
export async function applyInit(
  plan: InitPlan,
  acts: Readonly<Record<InitStepId, InitAct>>,
  options: InitOptions,
): Promise<readonly StepDuration[]> {
  const { progress: store, time, listener, signal, conclude } = options
  let progress = (await store.load()) ?? newProgress(plan.facts.arguments)
  const save = async (next: RunProgress): Promise<void> => {
    await store.save(next)
    progress = next
  }
  try {
    const durations = await runSteps(plan.steps, (id) => acts[id].run(), {
      time,
      listener,
      signal,
      remember: (id, state) => save(recordStep(progress, id, state)),
    })
    await conclude?.(durations)
    await save({ ...progress, isFinished: true })
    return durations
  } catch (error) {
    const failure = asSignetError(error)
    if (progress.started.includes(pointOfNoReturn)) throw failure
    listener.rollingBack(failure)
    throw await undoInit(failure, begunActs(plan, acts, progress), store)
  }
}

function begunActs(
  plan: InitPlan,
  acts: Readonly<Record<InitStepId, InitAct>>,
  { started }: RunProgress,
): readonly InitAct[] {
  return plan.steps.filter(({ id }) => started.includes(id)).map(({ id }) => acts[id])
}

async function undoInit(failure: SignetError, begun: readonly InitAct[], store: ProgressStore): Promise<SignetError> {
  try {
    for (const act of begun.toReversed()) await act.undo?.()
    await store.clear()
    return failure
  } catch (error) {
    const message = `${failure.message}; it could not be undone: ${asSignetError(error).message}`
    return new SignetError(failure.code, message, { hint: 'run it again with the same arguments', cause: failure })
  }
}
