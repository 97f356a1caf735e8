import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultPairCommands, type PairCommands } from '../client/pair/pair-commands.ts'
import { quoteShell } from '../core/quote-shell.ts'
import { asSignetError, SignetError } from '../core/signet-error.ts'
import { escapeUnitPath } from '../host/programs/escape-unit-path.ts'

/** What there is on a host to have something done again and again. */
export interface Scheduler {
  /** Whether systemd runs it. */
  readonly hasSystemd: boolean
  /** Whether this account may enable a timer of the package. */
  readonly mayEnable: boolean
}

/** The scheduler of this host, for this account. */
export function readScheduler(): Scheduler {
  const hasSystemd = existsSync('/run/systemd/system')
  const hasUnits = existsSync('/usr/lib/systemd/system/signet-renew@.timer')
  return { hasSystemd, mayEnable: hasSystemd && hasUnits && process.geteuid?.() === 0 }
}

/** The unit that renews what was requested with `--dir`, or without it. */
export function renewalTimer(dir: string | undefined): string {
  return dir === undefined ? 'signet-renew.timer' : `signet-renew@${escapeUnitPath(resolve(dir))}.timer`
}

/** What to type for the pair that was requested with `--dir`, or without it. */
export function pairCommands(dir: string | undefined, { hasSystemd }: Scheduler): PairCommands {
  const option = dir === undefined ? '' : ` --dir=${quoteShell(resolve(dir))}`
  const { request, renew } = defaultPairCommands
  const status = `systemctl status ${quoteShell(renewalTimer(dir))}`
  return {
    request: `${request}${option}`,
    renew: `${renew}${option}`,
    newKey: `${request}${option} --new-key`,
    renewing: hasSystemd ? status : `${renew}${option} --daemon`,
  }
}

/** How a pair is renewed for ever: by its timer, or where there is none by a process that stays. */
export function adviseRenewal(dir: string | undefined, scheduler: Scheduler): string {
  if (scheduler.mayEnable) return `systemctl enable --now ${quoteShell(renewalTimer(dir))}`
  return `${pairCommands(dir, scheduler).renew} --daemon (as a service, or in a container)`
}

/** Does some work for a pair; in a failure what to type names the pair's place, which those who failed do not know. */
export async function atPlace<Value>(dir: string | undefined, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    const failure = asSignetError(error)
    if (dir === undefined || failure.hint === undefined) throw failure
    const { request } = pairCommands(dir, { hasSystemd: false, mayEnable: false })
    const hint = failure.hint.replaceAll(defaultPairCommands.request, request)
    throw new SignetError(failure.code, failure.message, { hint, cause: failure.cause })
  }
}
