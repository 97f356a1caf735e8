import { SignetError } from '../../src/core/signet-error.ts'

/** The SignetError that a call throws at once. Anything else, or nothing thrown, fails the test. */
export function syncRefusalOf(call: () => unknown): SignetError {
  try {
    call()
  } catch (error) {
    if (error instanceof SignetError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
