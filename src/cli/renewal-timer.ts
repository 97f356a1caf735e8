import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultPairCommands, type PairCommands } from '../client/pair-commands.ts'
import { quoteShell } from '../core/quote-shell.ts'
import { escapeUnitPath } from '../host/escape-unit-path.ts'

/** The unit that renews what was requested with `--dir`, or without it. */
export function renewalTimer(dir: string | undefined): string {
  return dir === undefined ? defaultPairCommands.timer : `signet-renew@${escapeUnitPath(resolve(dir))}.timer`
}

/** What to type for the pair that was requested with `--dir`, or without it. */
export function pairCommands(dir: string | undefined): PairCommands {
  if (dir === undefined) return defaultPairCommands
  const option = ` --dir=${quoteShell(resolve(dir))}`
  const { request, renew } = defaultPairCommands
  return { request: `${request}${option}`, renew: `${renew}${option}`, timer: quoteShell(renewalTimer(dir)) }
}

/** Whether this account can have a timer renew: root, on a host that runs systemd and has the package's units. */
export function canUseTimer(): boolean {
  const unit = '/usr/lib/systemd/system/signet-renew@.timer'
  return process.geteuid?.() === 0 && existsSync('/run/systemd/system') && existsSync(unit)
}

/** How a pair is renewed for ever: by its timer, or where there is none by a process that stays. */
export function adviseRenewal({ timer, renew }: PairCommands, hasTimer: boolean): string {
  return hasTimer ? `systemctl enable --now ${timer}` : `${renew} --daemon (as a service, or in a container)`
}
