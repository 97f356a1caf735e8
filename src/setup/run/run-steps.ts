import type { StepTime } from '../../core/clock.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { Step, StepDuration, StepListener } from './step.ts'

export interface StepRun<Id extends string> {
  readonly listener: StepListener
  readonly time: StepTime
  readonly signal?: AbortSignal | undefined
  /** Remembered on disk before a step begins, so that whoever comes after a SIGKILL knows what may have happened. */
  readonly remember: (id: Id, state: 'started' | 'done') => Promise<void>
}

/** Does the steps in order and returns how long each took. Ends with the first failure, or between steps when aborted. */
export async function runSteps<Id extends string>(
  steps: readonly Step<Id>[],
  act: (id: Id) => Promise<void>,
  { listener, time, signal, remember }: StepRun<Id>,
): Promise<readonly StepDuration[]> {
  const durations: StepDuration[] = []
  for (const step of steps) {
    refuseAborted(signal)
    const startedAtMs = time.now()
    listener.started(step)
    await remember(step.id, 'started')
    await act(step.id)
    await remember(step.id, 'done')
    const durationMs = time.now() - startedAtMs
    durations.push({ ...step, durationMs })
    listener.finished(step, durationMs)
  }
  return durations
}

/** Throws `try-later` once the operator has interrupted the run. */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new SignetError('try-later', 'the run was interrupted', { hint: 'run it again with the same arguments' })
}
