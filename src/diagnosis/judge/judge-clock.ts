import { type Finding, well } from '../../core/finding.ts'

/** Whether the clock of this host is synchronised; null where the host cannot tell. Pure. */
export function judgeClock(isSynchronised: boolean | null): Finding {
  if (isSynchronised === true) return well('clock-sync', 'the clock of this host is synchronised')
  const fix = 'timedatectl set-ntp true; timedatectl'
  if (isSynchronised === null) {
    const what = 'neither timedatectl nor chronyc tells whether the clock is synchronised'
    return { check: 'clock-sync', level: 'unknown', what, fix }
  }
  const why = 'certificates are judged by it: far off, valid ones look expired or not yet valid'
  return { check: 'clock-sync', level: 'attention', what: 'the clock of this host is not synchronised', why, fix }
}
