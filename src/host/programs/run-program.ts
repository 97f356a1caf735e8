import { execFile } from 'node:child_process'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { notStarted } from './program-failure.ts'

const defaultTimeoutMs = 10_000

/** Runs a program to its end and returns its standard output. Throws `configuration` where it is missing or fails. */
export function runProgram(command: string, args: readonly string[], timeoutMs = defaultTimeoutMs): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: timeoutMs, encoding: 'utf8' }, (cause, stdout) => {
      if (cause === null) return resolve(stdout)
      // A number is the exit status of one that ran.
      if (cause.code === 'ENOENT' || cause.code === 'EACCES') return reject(notStarted(command, cause))
      const typed = [command, ...args].map(quoteShell).join(' ')
      const failure = { hint: `run it by hand: ${typed}`, cause }
      reject(new SignetError('configuration', `${command} ${args.join(' ')} failed`, failure))
    })
  })
}
