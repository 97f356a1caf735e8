import type { StepTime } from '../core/clock.ts'
import { asSignetError } from '../core/signet-error.ts'

export interface TryOptions {
  readonly time: Pick<StepTime, 'now'>
  /** Waits between two tries; may throw to end the trying. */
  readonly pause: (ms: number) => Promise<void>
  readonly limitMs: number
}

const pauseMs = 200
const passing: ReadonlySet<string> = new Set(['unavailable', 'try-later'])

/** Tries again for a bounded time while the cluster is only away for now, as while its Raft leader is restarted. */
export async function tryPatiently<Value>(attempt: () => Promise<Value>, patience: TryOptions): Promise<Value> {
  const deadlineMs = patience.time.now() + patience.limitMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!passing.has(asSignetError(error).code) || patience.time.now() >= deadlineMs) throw error
    }
    await patience.pause(pauseMs)
  }
}
