import { setTimeout as delay } from 'node:timers/promises'
import type { SignetError } from '../core/signet-error.ts'

export interface Waiting {
  readonly timeoutMs: number
  /** False as soon as waiting on is pointless. */
  readonly stillHoped?: () => boolean
  readonly failure: () => SignetError
  /** Ends the waiting early, with `failure`. */
  readonly signal?: AbortSignal
}

const pauseMs = 25

/** Asks again and again until the answer is neither false nor undefined; throws `failure` when time or hope is gone. */
export async function waitUntil<Value>(
  ask: () => Promise<Value | false | undefined> | Value | false | undefined,
  { timeoutMs, stillHoped, failure, signal }: Waiting,
): Promise<Value> {
  const deadlineMs = performance.now() + timeoutMs
  for (;;) {
    if (signal?.aborted) throw failure()
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    if (performance.now() >= deadlineMs || stillHoped?.() === false) throw failure()
    await delay(pauseMs)
  }
}
