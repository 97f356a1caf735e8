import type { InspectionWorld } from './inspection-world.ts'

/** A timer that may renew a pair. */
export interface RenewalTimer {
  readonly unit: string
  /** Whether the pair is where nobody but this timer renews it, and not in a directory of somebody's own. */
  readonly isUsual: boolean
}

/** A timer that may renew a pair, and what is known of it. */
export interface InspectedTimer extends RenewalTimer {
  /** Undefined where there is no systemd to ask. */
  readonly isActive: boolean | undefined
}

/** Whether a timer of this host runs. */
export async function inspectTimer(
  timer: RenewalTimer,
  { isTimerActive }: Pick<InspectionWorld, 'isTimerActive'>,
): Promise<InspectedTimer> {
  return { ...timer, isActive: await isTimerActive(timer.unit) }
}
