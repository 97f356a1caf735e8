import { quoteShell } from '../../core/quote-shell.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { isProgram } from '../../host/binaries/find-on-path.ts'
import { requireOwnProgram } from '../../host/binaries/guarded-program.ts'
import { type OneShotFailure, runOneShot } from '../../host/programs/one-shot-unit.ts'
import { type CopyOrder, hasStarted, writeOrder } from './copy-order.ts'
import { copyUnit } from './copy-places.ts'
import type { CopyWorld } from './copy-world.ts'
import type { Exchange } from './exchange.ts'

/** What of a run is watched while it goes on. */
interface WatchedRun {
  /** Why it must end before its time, if it must. */
  readonly look: () => Promise<string | undefined>
}

const watchMs = 1000
/** SIGRTMAX (signal(7)). */
const mostSignals = 64

/**
 * Has the operator's program carry out an order, in its own unit and under its own account; throws where it did not end well.
 * How long it may take is for the unit to say.
 */
export async function runCopyUnit(
  order: CopyOrder,
  exchange: Exchange,
  world: CopyWorld,
  watched: WatchedRun = { look: async () => undefined },
): Promise<void> {
  await requireProgram(order, world)
  await writeOrder(exchange.outgoing, order, world.files)
  const stop = new AbortController()
  const signal = AbortSignal.any([world.signal, stop.signal])
  let broken: string | undefined
  const timer = setInterval(() => {
    // What cannot be looked at, as a directory that goes away while it is, is nothing to end a program for.
    const looked = watched.look().catch(() => undefined)
    void looked.then((why) => {
      broken ??= why
      if (why !== undefined) stop.abort()
    })
  }, watchMs)
  const ended = await runOneShot(copyUnit, world.run, signal).finally(() => clearInterval(timer))
  if (world.signal.aborted) throw interrupted(order)
  const failure = broken ?? failureOf(ended, await hasStarted(exchange.incoming, world.files))
  if (failure === undefined) return
  throw new SignetError('unavailable', `${quoteUntrusted(order.program)} ${failure}`, {
    hint: `see what it said: journalctl -u ${copyUnit} -n 50`,
  })
}

// Root's unit would start it for another account: whoever can exchange it chooses what leaves the host.
async function requireProgram({ kind, program }: CopyOrder, { ownUid, layout }: CopyWorld): Promise<void> {
  await requireOwnProgram(program, ownUid)
  if (isProgram(program)) return
  throw new SignetError('configuration', `${quoteUntrusted(program)} is no program that can be run`, {
    hint: `see "${kind}:" in ${layout.snapshotConfiguration}; then: ls -lL ${quoteShell(program)}`,
  })
}

function failureOf(ended: OneShotFailure | undefined, wasStarted: boolean): string | undefined {
  if (!wasStarted) return `was not started: see systemctl status ${copyUnit}`
  if (ended === undefined) return undefined
  if (ended.result === 'timeout') return 'did not end in its time and was killed'
  if (ended.exitStatus === undefined) return `was ended (${ended.result})`
  // Others use what is above for themselves, such as ssh its 255.
  const signal = ended.exitStatus - 128
  if (signal > 0 && signal <= mostSignals) return `was ended by signal ${signal}`
  return `ended with status ${ended.exitStatus}`
}

function interrupted({ kind, name }: CopyOrder): SignetError {
  const again = kind === 'copy' ? 'signet snapshot copy' : `signet snapshot fetch ${name} --to=DIR`
  return new SignetError('try-later', 'it was interrupted, and its program was ended', {
    hint: `do it again: ${again}`,
  })
}
