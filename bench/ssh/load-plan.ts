/** What one worker of the load generator does. */
export interface LoadPlan {
  readonly port: number
  readonly user: string
  /** Clients at once in this worker. */
  readonly clients: number
  /** For how long new calls begin. */
  readonly durationMs: number
  /** And how many of them at most. */
  readonly maxCalls: number
  readonly csrs: readonly { readonly name: string; readonly base64: string }[]
  /** What a good answer holds. */
  readonly expected: string
}

/** What came of it. */
export interface LoadResult {
  /** Of calls that were answered, milliseconds from connecting to the exit status. */
  readonly latenciesMs: readonly number[]
  readonly failed: number
  readonly failures: Readonly<Record<string, number>>
}
