import type { RunProgram } from '../clock-sync.ts'

/** How a unit of `Type=oneshot` failed. */
export interface OneShotFailure {
  /** systemd's own word: `exit-code`, `timeout`, `signal`, `oom-kill` and the like; `success` where it was never started. */
  readonly result: string
  /** Of its main process, where that exited. */
  readonly exitStatus: number | undefined
}

/** As long as a timer of Node's may be: how long a unit runs is for its TimeoutStartSec= to say. */
const longestMs = 2 ** 31 - 1
const askTimeoutMs = 30_000

/**
 * Runs such a unit to its end, and stops it where the signal is aborted; undefined where it ended well, or its conditions did not
 * let it run: systemd forgets a unit that is neither up nor failed, and the two look alike.
 */
export async function runOneShot(
  unit: string,
  run: RunProgram,
  signal: AbortSignal,
): Promise<OneShotFailure | undefined> {
  const stop = (): void => void stopUnit(unit, run).catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    await run('systemctl', ['start', unit], longestMs)
    return undefined
  } catch {
    const properties = ['Result', 'ExecMainCode', 'ExecMainStatus'].map((name) => `--property=${name}`)
    return parseFailure(await run('systemctl', ['show', ...properties, unit], askTimeoutMs))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Ends a unit with all its processes, and waits until it has. */
export async function stopUnit(unit: string, run: RunProgram): Promise<void> {
  await run('systemctl', ['stop', unit], longestMs)
}

function parseFailure(text: string): OneShotFailure {
  const of = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
  // 1 is CLD_EXITED (waitid(2)): only then is the status one.
  const exitStatus = of('ExecMainCode') === '1' ? Number(of('ExecMainStatus')) : undefined
  return { result: of('Result'), exitStatus }
}
