/** An SSH server that is measured, in processes of its own. */
export interface Contender {
  readonly title: string
  readonly port: number
  readonly user: string
  /** Whose CPU time and memory count, with all of their children. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

/** Why a contender is not measured here. */
export class NotHere extends Error {}

/** What every contender signs with. */
export interface BenchCa {
  readonly directory: string
  readonly certificateFile: string
  readonly keyFile: string
}
