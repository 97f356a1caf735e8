import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { InsideSettings } from '../inside.ts'
import { removeRun } from './debris.ts'
import { currentRun } from './run-id.ts'

/**
 * Runs the scenarios in namespaces of their own. All they mount and all their networks and processes are in there, so the
 * kernel takes them away with the last process, whatever ends this one; on this machine stay files and control groups,
 * which are removed here, or by the next run. Answers with the exit status to end with.
 */
export async function runIsolated(settings: Omit<InsideSettings, 'runId'>): Promise<number> {
  const runId = currentRun()
  const inside = fileURLToPath(new URL('../inside.ts', import.meta.url))
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child=KILL', '--mount-proc']
  const command = [process.execPath, inside, JSON.stringify({ ...settings, runId })]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--', ...command], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  try {
    return await statusOf(child)
  } finally {
    await removeRun(runId)
  }
}

function statusOf(child: ChildProcess): Promise<number> {
  let interruptedBy: NodeJS.Signals | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interruptedBy ??= signal
      // Nothing in there needs to end in good order.
      child.kill('SIGKILL')
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status) => {
      resolve(interruptedBy === undefined ? (status ?? 1) : 128 + constants.signals[interruptedBy])
    })
  })
}
