import type { Step } from './step.ts'

/** A plan as it is told where nothing is to be done. */
export interface ToldPlan {
  /** What people read above the steps. */
  readonly lines: readonly string[]
  /** What programs read besides the steps. */
  readonly fields: object
  readonly steps: readonly Step[]
  /** Of plans that have any. */
  readonly warnings?: readonly string[]
}

/** A plan line by line, or as one JSON object. */
export function formatPlan({ lines, fields, steps, warnings }: ToldPlan, isJson: boolean | undefined): string {
  if (isJson === true) return `${JSON.stringify({ ...fields, steps, warnings })}\n`
  return `${[...lines, ...steps.map(({ title }) => title)].join('\n')}\n`
}

/** Warnings as people read them. */
export function formatWarnings(warnings: readonly string[]): readonly string[] {
  return warnings.map((warning) => `warning: ${warning}`)
}
