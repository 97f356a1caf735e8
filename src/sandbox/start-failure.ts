import { readFileSync } from 'node:fs'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import { findComplaint } from './log-complaint.ts'

/** That a process of the sandbox did not start: why, as far as its log tells, and where the log is. */
export function startFailure(who: string, logFile: string): SignetError {
  const complaint = findComplaint(readLog(logFile))
  const why = complaint === undefined ? '' : `: ${quoteUntrusted(complaint)}`
  return new SignetError('unavailable', `${who} did not start${why}`, { hint: `read ${logFile}` })
}

function readLog(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
