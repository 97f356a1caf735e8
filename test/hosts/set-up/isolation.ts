import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { InsideSettings } from '../inside.ts'
import type { Verdict } from '../runner/scenario.ts'
import { removeRun } from './debris.ts'
import { currentRun } from './run-id.ts'

/** Somebody did not want to wait. */
export class Interrupted extends Error {
  readonly exitStatus: number

  constructor(signal: NodeJS.Signals) {
    super(signal)
    this.exitStatus = 128 + constants.signals[signal]
  }
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs the scenarios on hosts of one release, in namespaces of their own. All they mount and all their networks and
 * processes are in there, so the kernel takes them away with the last process, whatever ends this one; on this machine
 * stay files and control groups, which are removed here, or by the next run. Throws Interrupted.
 */
export async function runIsolated(settings: Omit<InsideSettings, 'runId'>): Promise<readonly Verdict[]> {
  const runId = currentRun(settings.release)
  const inside = fileURLToPath(new URL('../inside.ts', import.meta.url))
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
  const command = [process.execPath, inside, JSON.stringify({ ...settings, runId })]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    return JSON.parse(await outputOf(child))
  } finally {
    await removeRun(runId)
  }
}

function outputOf(child: ChildProcess): Promise<string> {
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  let interruptedBy: NodeJS.Signals | undefined
  for (const signal of interrupts) {
    process.on(signal, () => {
      interruptedBy ??= signal
      // Nothing in there needs to end in good order.
      child.kill('SIGKILL')
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, endedBy) => {
      if (interruptedBy !== undefined) reject(new Interrupted(interruptedBy))
      else if (status === 0) resolve(output)
      else reject(new Error(`the scenarios ended by themselves: ${endedBy ?? `status ${status}`}`))
    })
  })
}
