import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { notStarted } from './program-failure.ts'

/** Runs a program on this process's own streams to its end; returns its exit status, 128 and more for a signal. */
export function runInteractively(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(command, cause)))
    child.once('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}
