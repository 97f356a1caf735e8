import type { Finding } from '../core/finding.ts'

/** Something that is wrong with how OpenSSH leads callers to the endpoint. */
export interface FrontProblem extends Finding {
  readonly check: 'signer-account' | 'sshd'
  readonly level: 'unknown' | 'attention' | 'broken'
  readonly what: string
  readonly fix: string
  /**
   * Whether the account `signer` must not be open while it lasts: somebody could run a program as it, and a program
   * that runs so tells the endpoint any address.
   */
  readonly locks: boolean
}
