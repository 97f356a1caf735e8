import { readlink } from 'node:fs/promises'
import type { RunProgram } from '../clock-sync.ts'
import { runProgram } from '../programs/run-program.ts'

/** The file that the main process of a unit was started from; undefined where it does not run, or only root can tell. */
export async function readRunningProgram(unit: string, run: RunProgram = runProgram): Promise<string | undefined> {
  try {
    const pid = (await run('systemctl', ['show', '--property=MainPID', '--value', unit], 10_000)).trim()
    return /^[1-9]\d*$/.test(pid) ? await readlink(`/proc/${pid}/exe`) : undefined
  } catch {
    return undefined
  }
}
