import type { SnapshotAct } from '../../../host/snapshots/snapshot-state.ts'
import type { InspectionWorld } from '../inspection-world.ts'
import type { InspectedSnapshots } from './inspect-snapshots.ts'

/** A timer without which something is not done with snapshots. */
export interface SnapshotTimer {
  readonly unit: string
  readonly act: SnapshotAct
  /** Undefined where there is no systemd to ask. */
  readonly isActive: boolean | undefined
}

const units = [
  { act: 'save', unit: 'signet-snapshot.timer' },
  { act: 'copy', unit: 'signet-snapshot-copy.timer' },
  { act: 'drill', unit: 'signet-snapshot-drill.timer' },
] as const

/** Whether the timers run that a member's snapshots need. */
export function inspectSnapshotTimers(
  snapshots: InspectedSnapshots | undefined,
  { isTimerActive }: Pick<InspectionWorld, 'isTimerActive'>,
): Promise<readonly SnapshotTimer[]> {
  const config = snapshots?.config ?? {}
  const copies = 'copy' in config && config.copy !== undefined
  const needed = units.filter(({ act }) => act !== 'copy' || copies)
  return Promise.all(needed.map(async ({ act, unit }) => ({ act, unit, isActive: await isTimerActive(unit) })))
}
