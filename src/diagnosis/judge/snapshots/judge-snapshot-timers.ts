import { type Finding, well } from '../../../core/finding.ts'
import type { SnapshotAct } from '../../../host/snapshots/snapshot-state.ts'
import type { SnapshotTimer } from '../../inspect/snapshots/inspect-snapshot-timers.ts'

const check = 'snapshot-timers'

const lost: Readonly<Record<SnapshotAct, string>> = {
  save: 'nothing is saved by itself, and what is kept grows old',
  copy: 'nothing leaves this host by itself: who loses its disk loses its snapshots',
  fetch: 'nobody learns whether what was copied is still there',
  drill: 'nobody learns whether a snapshot can be restored',
}

/** Whether anything saves, copies and tries out snapshots by itself. Pure. */
export function judgeSnapshotTimers(timers: readonly SnapshotTimer[]): readonly Finding[] {
  const units = timers.map(({ unit }) => unit).join(', ')
  if (timers.some(({ isActive }) => isActive === undefined)) {
    const what = 'no systemd runs here, so that somebody else must call signet snapshot save --if-due'
    return [{ check, level: 'unknown', what }]
  }
  const stopped = timers.filter(({ isActive }) => isActive === false)
  if (stopped.length === 0) return [well(check, `snapshots are saved and tried by themselves: ${units}`)]
  return stopped.map(({ unit, act }) => ({
    ...{ check, level: 'attention', what: `${unit} is not active`, why: lost[act] },
    fix: `systemctl enable --now ${unit}`,
  }))
}
