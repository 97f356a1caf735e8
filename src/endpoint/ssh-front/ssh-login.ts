import type { AuthContext } from 'ssh2'

/** The only user that there is. */
const userName = 'signer'

export interface LoginOptions {
  readonly maxAttempts: number
  /** Called where the attempts are used up. */
  readonly giveUp: () => void
}

/**
 * Lets the account `signer` in by the method `none`: the network decides who may ask, not a secret. Everybody else is
 * rejected, and no method is offered, so that no client asks its user for a password which we would then have seen.
 */
export function createLogin({ maxAttempts, giveUp }: LoginOptions): (attempt: AuthContext) => void {
  let attempts = 0
  return (attempt) => {
    if (attempt.username === userName && attempt.method === 'none') {
      attempt.accept()
      return
    }
    attempts += 1
    attempt.reject([])
    if (attempts >= maxAttempts) giveUp()
  }
}
