import { formatFailureLines } from '../core/failure-lines.ts'
import { asSignetError } from '../core/signet-error.ts'

/** Prints what was caught and returns the exit status of the contract. */
export function reportFailure(caught: unknown, stderr: NodeJS.WritableStream): number {
  const error = asSignetError(caught)
  stderr.write(formatFailureLines(error))
  const { cause } = error
  if (error.code === 'internal' && cause instanceof Error) stderr.write(`${cause.stack ?? cause.message}\n`)
  return error.exitStatus
}
