import type { MetricName } from './metric-table.ts'
import type { Sample } from './sample.ts'

/** A value that is known. Pure. */
export function sample(metric: MetricName, value: number, ...labels: readonly string[]): Sample {
  return { metric, labels, value }
}

/** Whether something is so, where that is known. Pure. */
export function flag(metric: MetricName, isSo: boolean | null): readonly Sample[] {
  return isSo === null ? [] : [sample(metric, isSo ? 1 : 0)]
}

/** A moment, where there is one. Pure. */
export function time(metric: MetricName, timeMs: number | undefined, ...labels: readonly string[]): readonly Sample[] {
  // A time of 1970 is a clock or a file that was never set: a rule would take it for expired since ever.
  return timeMs === undefined || !(timeMs > 0) ? [] : [sample(metric, Math.round(timeMs) / 1000, ...labels)]
}
