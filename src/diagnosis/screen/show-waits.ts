import { type AskSigner, usualAskMs } from '../../client/ask/ask-signer.ts'
import { type RemainingMs, startBudget } from '../../core/time-budget.ts'
import type { Waits } from '../inspect/inspection-world.ts'

/** Hears of it, until it is closed. */
export interface ShownWaits extends Waits {
  readonly close: () => void
}

const patienceMs = 1000

/**
 * Says in one line of a terminal, from the second second on, what is still waited for and for how long at most; the line goes
 * away with the wait. Elsewhere nothing: a log is no worse off for not knowing.
 */
export function showWaits(stream: NodeJS.WritableStream | NodeJS.WriteStream, remainingMs: RemainingMs): ShownWaits {
  if (!('isTTY' in stream && stream.isTTY)) return { began: () => {}, ended: () => {}, close: () => {} }
  const pending = new Set<string>()
  let isShown = false
  const show = (text: string): void => {
    stream.write(`\r\u001b[K${text}`)
    isShown = text !== ''
  }
  const tick = setInterval(() => {
    if (pending.size > 0) show(formatWait([...pending], remainingMs(), stream.columns))
  }, patienceMs)
  return {
    began: (what) => pending.add(what),
    ended: (what) => {
      pending.delete(what)
      // Before what was waited for is printed on the same line.
      if (isShown && pending.size === 0) show('')
    },
    close: () => {
      clearInterval(tick)
      if (isShown) show('')
    },
  }
}

/** A world that says so where a signer takes long to answer. */
export function showAsking<World extends { readonly ask: AskSigner }>(
  world: World,
  stream: NodeJS.WritableStream | NodeJS.WriteStream,
): World {
  const ask: AskSigner = (signer, word, input) => {
    const waits = showWaits(stream, startBudget(usualAskMs))
    waits.began(`the signer ${signer.address}`)
    return world.ask(signer, word, input).finally(waits.close)
  }
  return { ...world, ask }
}

/**
 * `signet: waiting for the signer, etcd: 3 s at most`, cut where the line would wrap and stay. Pure.
 * @internal
 */
export function formatWait(pending: readonly string[], remainingMs: number, columns: number): string {
  const limit = `: ${Math.ceil(remainingMs / 1000)} s at most`
  const text = `signet: waiting for ${pending.join(', ')}`
  const room = columns - 1 - limit.length
  return `${text.length <= room ? text : `${text.slice(0, Math.max(0, room - 3))}...`}${limit}`.slice(
    0,
    Math.max(0, columns - 1),
  )
}
