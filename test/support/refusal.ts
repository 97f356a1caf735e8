import { SignetError } from '../../src/core/signet-error.ts'

/** The SignetError that a call is refused with. Fails the test where the call succeeds or throws anything else. */
export async function refusalOf(attempt: Promise<unknown> | (() => unknown)): Promise<SignetError> {
  try {
    await (typeof attempt === 'function' ? attempt() : attempt)
  } catch (error) {
    if (error instanceof SignetError) return error
    throw error
  }
  throw new Error('was not refused')
}
