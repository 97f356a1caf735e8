import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { planLayout, requireDirectory } from '../../client/client-layout.ts'
import { type ClientWorld, systemClientWorld } from '../../client/client-world.ts'
import { renewBeforeUse } from '../../client/renew-before-use.ts'
import { type Renewal, readNextAttemptMs, renewCertificate } from '../../client/renew-certificate.ts'
import type { Attempts } from '../../client/renewal-window.ts'
import { parseDurationSeconds } from '../../core/duration.ts'
import { SignetError } from '../../core/signet-error.ts'
import { runWithInput } from '../../host/programs/run-with-input.ts'
import { type CommandStreams, warnOn } from '../command-streams.ts'
import { reportFailure } from '../report-failure.ts'

/** What an operator may say to `renew`, as typed. */
export interface RenewOptions {
  /** The directory that `request` was given. */
  readonly dir?: string
  /** What `request` left; instead of the one in `dir`. */
  readonly state?: string
  /** Renews whether it is due or not. */
  readonly force?: boolean
  /** Where it has expired: for how long to ask again, such as `50s`. */
  readonly wait?: string
  /** Stays and renews whenever it is due, for containers. */
  readonly daemon?: boolean
  /** A command for `sh -c` after each renewal. */
  readonly exec?: string
  readonly json?: boolean
}

/** With what the command runs: where it writes, and when a daemon shall end. */
export interface RenewContext extends CommandStreams {
  readonly stopped?: Promise<unknown>
}

const hookTimeoutMs = 60_000
const longestSleepMs = 60_000

/** Renews what is due, once or for ever. A daemon survives every failure and tries again when the plan says so. */
export async function runRenew(options: RenewOptions, context: RenewContext): Promise<void> {
  const stateFile = options.state === undefined ? planLayout(options.dir).stateFile : resolve(options.state)
  const ports = systemClientWorld(warnOn(context), { dir: options.dir })
  if (options.daemon !== true) return renewOnce({ stateFile, options, ports, context })
  await renewForEver({ stateFile, options, ports, context })
}

interface Run {
  readonly stateFile: string
  readonly options: RenewOptions
  readonly ports: ClientWorld
  readonly context: RenewContext
}

async function renewOnce({ stateFile, options, ports, context }: Run): Promise<void> {
  const { force, wait, dir } = options
  const wanted = force === undefined ? { stateFile } : { stateFile, force }
  await requireDirectory(dir, ports.files)
  const renewal =
    wait === undefined
      ? await renewCertificate(wanted, ports)
      : await renewBeforeUse(wanted, { limitMs: parseDurationSeconds(wait, '--wait') * 1000 }, ports)
  report(renewal, options, context)
  if (renewal.outcome === 'renewed' && options.exec !== undefined) await runHook(options.exec)
}

async function renewForEver(run: Run): Promise<void> {
  const stop = new AbortController()
  void run.context.stopped?.then(() => stop.abort())
  let attempts: Attempts | undefined
  while (!stop.signal.aborted) {
    // Short sleeps: a clock that jumps, or a machine that was asleep, is noticed within a minute.
    const waitMs = Math.min(longestSleepMs, Math.max(1000, await untilNextAttempt(run, attempts)))
    await delay(waitMs, undefined, { signal: stop.signal }).catch(() => {})
    if (stop.signal.aborted) return
    if ((await untilNextAttempt(run, attempts)) > 0) continue
    attempts = { lastAttemptMs: run.ports.clock.now(), failures: (attempts?.failures ?? 0) + 1 }
    const status = await renewOnce(run).then(
      () => 0,
      (error: unknown) => reportFailure(error, run.context.stderr),
    )
    if (status === 0) attempts = undefined
  }
}

// A state that cannot be read now may be put right while the daemon runs.
async function untilNextAttempt({ stateFile, options, ports, context }: Run, attempts?: Attempts): Promise<number> {
  try {
    await requireDirectory(options.dir, ports.files)
    return (await readNextAttemptMs(stateFile, ports, attempts)) - ports.clock.now()
  } catch (error) {
    reportFailure(error, context.stderr)
    return longestSleepMs
  }
}

function report(renewal: Renewal, { json }: RenewOptions, { stdout, stderr }: RenewContext): void {
  const { name, outcome, notAfterMs } = renewal
  const notAfter = notAfterMs === undefined ? null : new Date(notAfterMs).toISOString()
  const nextAttempt = new Date(renewal.nextAttemptMs).toISOString()
  if (json === true) stdout.write(`${JSON.stringify({ name, outcome, notAfter, nextAttempt })}\n`)
  else if (notAfter === null)
    stderr.write(
      `signet: ${name} has no certificate of use; the last attempt was just made, the next is at ${nextAttempt}\n`,
    )
  else if (outcome === 'not-due') stderr.write(`signet: ${name} is valid until ${notAfter}, due at ${nextAttempt}\n`)
  else stderr.write(`signet: renewed ${name} until ${notAfter}, next at ${nextAttempt}\n`)
}

async function runHook(command: string): Promise<void> {
  const end = await runWithInput({
    command: 'sh',
    args: ['-c', command],
    input: '',
    timeoutMs: hookTimeoutMs,
    maxOutputBytes: 1024 * 1024,
  })
  if (end.exitStatus === 0) return
  throw new SignetError('configuration', `renewed, but the command of --exec ${end.how}, status ${end.exitStatus}`, {
    hint: `run it by hand: ${command}`,
  })
}
