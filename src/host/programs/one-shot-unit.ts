import type { RunProgram } from '../clock-sync.ts'

/** How a unit of `Type=oneshot` ended. */
export interface OneShotEnd {
  /** systemd's own word: `success`, `exit-code`, `timeout`, `signal`, `oom-kill` and the like. */
  readonly result: string
  /** Of its main process, where that exited. */
  readonly exitStatus: number | undefined
  /** Whether its conditions let it run at all. */
  readonly hasRun: boolean
}

/** As long as a timer of Node's may be: how long a unit runs is for its TimeoutStartSec= to say. */
const longestMs = 2 ** 31 - 1
const askTimeoutMs = 30_000

/** Runs such a unit to its end, and stops it where the signal is aborted. Throws where systemd does not answer. */
export async function runOneShot(unit: string, run: RunProgram, signal: AbortSignal): Promise<OneShotEnd> {
  const stop = (): void => void stopUnit(unit, run).catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    // How it ended is asked below: `start` knows only that it did not end well.
    await run('systemctl', ['start', unit], longestMs).catch(() => {})
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const properties = ['Result', 'ExecMainCode', 'ExecMainStatus', 'ConditionResult'].map((name) => `--property=${name}`)
  return parseEnd(await run('systemctl', ['show', ...properties, unit], askTimeoutMs))
}

/** Ends a unit with all its processes, and waits until it has. */
export async function stopUnit(unit: string, run: RunProgram): Promise<void> {
  await run('systemctl', ['stop', unit], longestMs)
}

function parseEnd(text: string): OneShotEnd {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  // 1 is CLD_EXITED (waitid(2)): only then is the status one.
  const exitStatus = of('ExecMainCode') === '1' ? Number(of('ExecMainStatus')) : undefined
  return { result: of('Result'), exitStatus, hasRun: of('ConditionResult') === 'yes' }
}
