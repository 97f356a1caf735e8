import type { FailureCode } from './failure-code.ts'
import { failureTable } from './failure-code.ts'

interface SignetErrorOptions {
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/**
 * The one error that Signet throws on purpose.
 *
 * `message` is lower case, has no full stop and names its subject; `hint` says what to type next.
 * Neither ever holds key material, and text from outside enters them only through `quoteUntrusted`.
 */
export class SignetError extends Error {
  readonly code: FailureCode
  readonly hint: string | undefined

  constructor(code: FailureCode, message: string, options: SignetErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SignetError'
    this.code = code
    this.hint = options.hint
  }

  /** The process exit status of the contract (sysexits.h). */
  get exitStatus(): number {
    return failureTable[this.code].exitStatus
  }
}

/** What the entry point, a request or an attempt caught, as a SignetError: anything unforeseen is `internal`. */
export function asSignetError(error: unknown): SignetError {
  if (error instanceof SignetError) return error
  return new SignetError('internal', 'an unexpected failure, written to the log', {
    hint: 'try again; if it stays, read the log (journalctl -u "signet-*") and report it',
    cause: error,
  })
}
