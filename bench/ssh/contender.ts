import type { Reach } from './load-plan.ts'

/** A signer that is measured, in processes of its own. */
export interface Contender {
  readonly title: string
  readonly port: number
  readonly reach: Reach
  /** What a good answer holds. */
  readonly expected: string
  /** Whose CPU time and memory count, with all of their children. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Why a contender is not measured here. */
export class NotHere extends Error {}

/** What a contender starts from. */
export interface BenchSite {
  /** For this contender alone. */
  readonly directory: string
  /** Its CA. */
  readonly certificateFile: string
  readonly keyFile: string
  /** Signet as it is installed: one executable file. */
  readonly signet: string
}
