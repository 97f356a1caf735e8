import type { MetricName } from './metric-table.ts'

/** One value of a series. */
export interface Sample {
  readonly metric: MetricName
  /** In the order of the table. */
  readonly labels: readonly string[]
  readonly value: number
}
