import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { SignetError } from '../core/signet-error.ts'

/**
 * Claims a sandbox's directory for this process. Its marker names the process by id and start time, so that neither a
 * sandbox whose parts were killed nor an id that is in use again is mistaken. Throws `configuration`.
 */
export function claimDirectory(directory: string, marker: string): void {
  if (isAlive(readMarker(marker))) throw isRunningIn(directory)
  rmSync(marker, { force: true })
  try {
    writeFileSync(marker, describeProcess(process.pid) ?? '', { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    // Of two that start at once, one is first.
    throw isRunningIn(directory, cause)
  }
}

/** Whether the directory belongs to a sandbox, running or not. */
export function hasMarker(marker: string): boolean {
  return readMarker(marker) !== undefined
}

function readMarker(marker: string): string | undefined {
  try {
    return readFileSync(marker, 'utf8')
  } catch {
    return undefined
  }
}

function isAlive(owner: string | undefined): boolean {
  const pid = Number(owner?.split(' ')[0])
  return Number.isInteger(pid) && pid > 0 && describeProcess(pid) === owner
}

/** `PID STARTTIME` (proc(5), field 22 of stat); undefined where there is no such process. */
function describeProcess(pid: number): string | undefined {
  try {
    // The program's name, in brackets, may hold blanks and brackets itself.
    const afterName = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
    return `${pid} ${afterName[19]}`
  } catch {
    return undefined
  }
}

function isRunningIn(directory: string, cause?: unknown): SignetError {
  return new SignetError('configuration', `a sandbox is running in ${directory}`, {
    hint: 'stop it, or name another directory with --dir',
    cause,
  })
}
