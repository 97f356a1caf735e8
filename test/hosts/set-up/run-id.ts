import { readFileSync } from 'node:fs'
import process from 'node:process'

/** This run's name: the process, when it was started, since numbers of processes come back, and what it does. */
export function currentRun(what: string): string {
  return `${process.pid}-${readStart(process.pid)}-${what}`
}

/** Whether the process of a run still lives. */
export function isRunning(runId: string): boolean {
  const [pid = '', start = ''] = runId.split('-')
  return readStart(Number(pid)) === start
}

/** The 22nd field of proc_pid_stat(5); undefined where there is no such process. */
function readStart(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]
  } catch {
    return undefined
  }
}
