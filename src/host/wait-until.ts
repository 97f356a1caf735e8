import { setTimeout as delay } from 'node:timers/promises'
import type { SignetError } from '../core/signet-error.ts'

export interface Waiting {
  readonly timeoutMs: number
  /** False as soon as waiting on is pointless. */
  readonly stillHoped?: () => boolean
  readonly failure: () => SignetError
  /** Ends the waiting early, with `failure`. */
  readonly signal?: AbortSignal
  /** Hears once a second how much longer it may last, whatever hangs. */
  readonly onWait?: (leftMs: number) => void
}

const pauseMs = 25
const tellEveryMs = 1000

/** Asks again and again until the answer is neither false nor undefined; throws `failure` when time or hope is gone. */
export async function waitUntil<Value>(
  ask: () => Promise<Value | false | undefined> | Value | false | undefined,
  { onWait, ...waiting }: Waiting,
): Promise<Value> {
  const deadlineMs = performance.now() + waiting.timeoutMs
  const ticking = onWait && setInterval(() => onWait(Math.floor(deadlineMs - performance.now())), tellEveryMs)
  return untilAnswered(ask, waiting, deadlineMs).finally(() => clearInterval(ticking))
}

async function untilAnswered<Value>(
  ask: () => Promise<Value | false | undefined> | Value | false | undefined,
  { stillHoped, failure, signal }: Waiting,
  deadlineMs: number,
): Promise<Value> {
  for (;;) {
    if (signal?.aborted) throw failure()
    const answer = await ask()
    if (answer !== false && answer !== undefined) return answer
    if (performance.now() >= deadlineMs || stillHoped?.() === false) throw failure()
    await delay(pauseMs)
  }
}
