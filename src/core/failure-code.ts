/** Exit statuses from sysexits.h. Never 255: that is ssh's own. */
interface Failure {
  readonly exitStatus: 64 | 65 | 69 | 70 | 75 | 77 | 78
  /** Whether the same call may succeed later with nothing changed by its caller. */
  readonly retry: boolean
}

/** The table of failures: every code, its exit status, and whether to retry. */
export const failureTable = {
  /** Unknown word, malformed name, wrong arguments. */
  usage: { exitStatus: 64, retry: false },
  /** The CSR, or other data handed in, is not what it must be. */
  'bad-data': { exitStatus: 65, retry: false },
  /** Something this answer needs (authority, etcd, a signer) is not there. */
  unavailable: { exitStatus: 69, retry: true },
  /** A defect of ours. */
  internal: { exitStatus: 70, retry: true },
  /** Not now: the same call will be answered later. */
  'try-later': { exitStatus: 75, retry: true },
  /** Understood and refused by policy. */
  refused: { exitStatus: 77, retry: false },
  /** A file or setting of this host must be put right first. */
  configuration: { exitStatus: 78, retry: false },
} as const satisfies Readonly<Record<string, Failure>>

/** What went wrong, as users and programs see it. */
export type FailureCode = keyof typeof failureTable

/** All of them, in the order of the table. */
export const failureCodes: readonly FailureCode[] = Object.keys(failureTable).filter(isFailureCode)

/** Whether text is one of our failure codes. */
export function isFailureCode(text: string): text is FailureCode {
  return Object.hasOwn(failureTable, text)
}
