import { formatBytes } from '../../core/byte-count.ts'
import type { SnapshotActRow, SnapshotsDescription } from '../describe-snapshots.ts'
import { tellDistance } from './tell-time.ts'

/** How it is with a member's snapshots, in a line: what is saved, what is elsewhere too, what was tried out. Pure. */
export function tellSnapshots(snapshots: SnapshotsDescription, nowMs: number): string {
  const { saved, copied, drilled, kept, keptBytes } = snapshots
  const told = [
    tellAct(saved, 'saved', nowMs),
    copied === null ? 'not copied by signet' : tellAct(copied, 'copied', nowMs),
    tellAct(drilled, 'restored for trial', nowMs),
  ]
  return `snapshots: ${told.join(', ')}; ${kept} kept here, ${formatBytes(keptBytes)}`
}

function tellAct(row: SnapshotActRow | null, done: string, nowMs: number): string {
  const failed = row?.failure == null ? '' : ` (failed ${tellDistance(Date.parse(row.failure.time), nowMs)})`
  if (row?.last == null) return `never ${done}${failed}`
  return `${done} ${tellDistance(Date.parse(row.last.time), nowMs)}${failed}`
}
