import { execFile } from 'node:child_process'
import { SignetError } from '../core/signet-error.ts'

const defaultTimeoutMs = 10_000

/** Runs a program to its end and returns its standard output. Throws `configuration` where it is missing or fails. */
export function runProgram(command: string, args: readonly string[], timeoutMs = defaultTimeoutMs): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: timeoutMs, encoding: 'utf8' }, (cause, stdout) => {
      if (cause === null) return resolve(stdout)
      const missing = cause.code === 'ENOENT'
      const message = missing ? `${command} is not installed` : `${command} ${args.join(' ')} failed`
      const hint = missing ? `install the package that has ${command}` : `run it by hand: ${command} ${args.join(' ')}`
      reject(new SignetError('configuration', message, { hint, cause }))
    })
  })
}
