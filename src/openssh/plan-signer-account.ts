import type { FrontProblem } from './front-problem.ts'
import { lockedBySignet } from './judge-signer-account.ts'

/** What is done with the account `signer`. */
export type AccountStep = 'lock' | 'open' | 'keep'

/**
 * Whether the account is locked, as long as somebody could become it or run a program as it; or opened, where Signet itself
 * had locked it and the reason is gone. What root or a hardening tool locked stays as it is, unless root asks for it to be
 * opened, or the package is configured. Pure.
 */
export function planSignerAccount({ problems, password, isAsked }: AccountQuestion): AccountStep {
  if (problems.some(({ locks }) => locks)) {
    return password === '' || (isAsked && password !== lockedBySignet) ? 'lock' : 'keep'
  }
  // What it was locked for may be what is not known now.
  if (problems.some(({ level }) => level === 'unknown')) return 'keep'
  return password === lockedBySignet || (isAsked && password !== '') ? 'open' : 'keep'
}

interface AccountQuestion {
  readonly problems: readonly FrontProblem[]
  /** The password field of the account. */
  readonly password: string
  /** Whether root asks for the account to be opened, whoever locked it. */
  readonly isAsked: boolean
}
