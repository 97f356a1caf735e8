import { SignetError } from '../core/signet-error.ts'

/** A run that its operator has interrupted, and what it leaves; what was being waited for then is not to blame. */
export class Interruption extends SignetError {
  constructor(left: string | undefined, cause?: unknown) {
    const message = 'the run was interrupted'
    super('try-later', left === undefined ? message : `${message}: ${left}`, {
      hint: 'run it again with the same arguments',
      cause,
    })
  }
}

/** What ends a run that was interrupted before any of its steps, or by one. */
export function asInterruption(error: unknown): SignetError {
  // What a plan needs is read without changing anything; an ssh that is asked then hears the terminal's Ctrl-C too.
  return error instanceof SignetError && isToldAlready(error) ? error : new Interruption('nothing was changed', error)
}

function isToldAlready(error: SignetError): boolean {
  return error instanceof Interruption || error.cause instanceof Interruption
}
