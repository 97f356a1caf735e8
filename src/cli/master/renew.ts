import { resolve } from 'node:path'
import { planLayout, requireDirectory } from '../../client/client-layout.ts'
import { type ClientWorld, systemClientWorld } from '../../client/client-world.ts'
import { renewBeforeUse } from '../../client/renew/renew-before-use.ts'
import { type Renewal, renewCertificate } from '../../client/renew/renew-certificate.ts'
import { renewForEver } from '../../client/renew/renew-for-ever.ts'
import { readNextAttemptMs } from '../../client/renew/renewal-due.ts'
import { runRenewalHook } from '../../client/renew/renewal-hook.ts'
import type { Attempts } from '../../client/renew/renewal-window.ts'
import { parseDurationSeconds } from '../../core/duration.ts'
import { showAsking } from '../../diagnosis/screen/show-waits.ts'
import { type CommandStreams, printJson, sayOn, warnOn } from '../command-streams.ts'
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

/** Where it writes, and when a daemon shall end. */
export interface RenewWorld extends CommandStreams {
  untilStopped?(): Promise<unknown>
}

/** Renews what is due, once or for ever. */
export async function runRenew(options: RenewOptions, streams: RenewWorld): Promise<void> {
  const { dir, state, daemon } = options
  const stateFile = state === undefined ? planLayout(dir).stateFile : resolve(state)
  const world = showAsking(systemClientWorld(warnOn(streams), { dir }), streams.stderr)
  const renew = async (): Promise<void> => {
    await requireDirectory(dir, world.files)
    const renewal = await renewOnce(options, stateFile, world)
    tellRenewal(renewal, options, streams)
    if (renewal.outcome === 'renewed' && options.exec !== undefined) await runRenewalHook(options.exec)
  }
  if (daemon !== true) return renew()
  const again = {
    clock: world.clock,
    readNextAttemptMs: async (attempts?: Attempts) => {
      await requireDirectory(dir, world.files)
      return readNextAttemptMs(stateFile, world, attempts)
    },
    renew,
    onFailure: (error: unknown) => void reportFailure(error, streams.stderr),
  }
  await renewForEver(again, streams.untilStopped?.())
}

function renewOnce({ force, wait }: RenewOptions, stateFile: string, world: ClientWorld): Promise<Renewal> {
  const wanted = { stateFile, force }
  if (wait === undefined) return renewCertificate(wanted, world)
  return renewBeforeUse(wanted, { limitMs: parseDurationSeconds(wait, '--wait') * 1000 }, world)
}

function tellRenewal(renewal: Renewal, { json }: RenewOptions, streams: CommandStreams): void {
  const { name, outcome, notAfterMs } = renewal
  const keyWasMade = outcome === 'renewed' && renewal.keyWasMade
  const notAfter = notAfterMs === undefined ? null : new Date(notAfterMs).toISOString()
  const nextAttempt = new Date(renewal.nextAttemptMs).toISOString()
  const say = sayOn(streams)
  if (json === true) printJson(streams, { name, outcome, notAfter, nextAttempt, keyWasMade })
  else if (notAfter === null)
    say(`${name} has no certificate of use; the last attempt was just made, the next is at ${nextAttempt}`)
  else if (outcome === 'not-due') say(`${name} is valid until ${notAfter}, due at ${nextAttempt}`)
  else say(`renewed ${name}${keyWasMade ? ' with a new key' : ''} until ${notAfter}, next at ${nextAttempt}`)
}
