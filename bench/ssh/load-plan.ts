/** How a contender is asked for a certificate. */
export type Reach =
  | { readonly kind: 'ssh'; readonly user: string }
  | { readonly kind: 'cfssl'; readonly caPem: string }
  | { readonly kind: 'step-ca'; readonly caPem: string; readonly provisioner: Provisioner }

/** Whose tokens step-ca takes. */
export interface Provisioner {
  readonly name: string
  readonly keyId: string
  readonly privateKeyPem: string
}

/** What one worker of the load generator does. */
export interface LoadPlan {
  readonly port: number
  readonly reach: Reach
  /** Clients at once in this worker. */
  readonly clients: number
  /** For how long new calls begin. */
  readonly durationMs: number
  /** And how many of them at most. */
  readonly maxCalls: number
  readonly csrs: readonly Csr[]
  /** What a good answer holds. */
  readonly expected: string
}

export interface Csr {
  readonly name: string
  readonly pem: string
}

/** What came of it. */
export interface LoadResult {
  /** Of calls that were answered, milliseconds from connecting to the exit status, or to the end of the answer. */
  readonly latenciesMs: readonly number[]
  readonly failed: number
  readonly failures: Readonly<Record<string, number>>
}
