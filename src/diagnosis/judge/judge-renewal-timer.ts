import { existsSync } from 'node:fs'
import type { Finding } from '../../core/finding.ts'
import { createSystemd } from '../../host/programs/systemd-unit.ts'

/** A timer that may renew a pair, and what is known of it. */
export interface TimerFacts {
  readonly unit: string
  /** Undefined where there is no systemd to ask. */
  readonly isActive: boolean | undefined
  /** Whether the pair is where nobody but this timer renews it, and not in a directory of somebody's own. */
  readonly isUsual: boolean
}

/** Whether anything renews a pair: what operators miss most, and miss first when it is too late. Pure. */
export function judgeRenewalTimer({ unit, isActive, isUsual }: TimerFacts): Finding {
  const check = 'renewal-timer'
  if (isActive === true)
    return { check, level: 'well', what: `${unit} looks every five minutes whether renewing is due` }
  if (isActive === undefined) {
    return { check, level: 'unknown', what: 'no systemd runs here, so that signet renew --daemon or cron must renew' }
  }
  const fix = `systemctl enable --now '${unit}'`
  if (!isUsual) {
    const what = `${unit} is not active, so that signet renew --daemon or cron must renew`
    return { check, level: 'note', what, fix }
  }
  const why = 'the certificate expires, and this host is cut off from etcd, unless somebody renews it by hand'
  return { check, level: 'attention', what: `${unit} is not active: nothing renews`, why, fix }
}

/** Whether a timer of this host runs; undefined where systemd does not. */
export async function readTimer(unit: string): Promise<boolean | undefined> {
  if (!existsSync('/run/systemd/system')) return undefined
  return createSystemd()
    .isActive(unit)
    .catch(() => undefined)
}
