import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultPairCommands, dirOption, type PairCommands, requestCommands } from '../client/pair/pair-commands.ts'
import { quoteShell } from '../core/quote-shell.ts'
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
  const renew = `${defaultPairCommands.renew}${dirOption(dir)}`
  const status = `systemctl status ${quoteShell(renewalTimer(dir))}`
  return { ...requestCommands(dir), renew, renewing: hasSystemd ? status : `${renew} --daemon` }
}

/** How a pair is renewed for ever: by its timer, or where there is none by a process that stays. */
export function adviseRenewal(dir: string | undefined, scheduler: Scheduler): string {
  if (scheduler.mayEnable) return `systemctl enable --now ${quoteShell(renewalTimer(dir))}`
  return `${pairCommands(dir, scheduler).renew} --daemon (as a service, or in a container)`
}
