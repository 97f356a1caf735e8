import { type Finding, well } from '../../core/finding.ts'
import type { InspectedTimer } from '../inspect/inspect-timer.ts'

/** Whether anything renews a pair: what operators miss most, and miss first when it is too late. Pure. */
export function judgeRenewalTimer({ unit, isActive, isUsual }: InspectedTimer): Finding {
  const check = 'renewal-timer'
  if (isActive === true) return well(check, `${unit} looks every five minutes whether renewing is due`)
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
