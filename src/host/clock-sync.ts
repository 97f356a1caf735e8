import { access } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'
import { runProgram } from './programs/run-program.ts'

const cacheMs = 60_000
const programTimeoutMs = 2000
const timesyncdMark = '/run/systemd/timesync/synchronized'

/** Runs a program and returns what it printed; rejects where it is missing or fails. */
export type RunProgram = (command: string, args: readonly string[], timeoutMs: number) => Promise<string>

/**
 * Whether this host's clock is synchronised; null where the host cannot tell. Node cannot call adjtimex(2), so the
 * programs that can are asked, at most once a minute.
 */
export function createClockSync(clock: Clock, run: RunProgram = runProgram): () => Promise<boolean | null> {
  let askedAtMs = Number.NEGATIVE_INFINITY
  let answer: Promise<boolean | null> = Promise.resolve(null)
  return () => {
    const ageMs = clock.now() - askedAtMs
    // A clock that was set back makes the age negative, and is just when the answer may have changed.
    if (ageMs >= 0 && ageMs < cacheMs) return answer
    askedAtMs = clock.now()
    answer = readClockSync(run)
    return answer
  }
}

async function readClockSync(run: RunProgram): Promise<boolean | null> {
  // systemd-timedated reads the kernel's STA_UNSYNC flag, which chrony and ntpd clear too.
  const kernel = await ask(run, 'timedatectl', ['show', '--property=NTPSynchronized', '--value'])
  if (kernel === 'yes' || kernel === 'no') return kernel === 'yes'
  const chrony = /^Leap status\s*:\s*(.+)$/m.exec((await ask(run, 'chronyc', ['-n', 'tracking'])) ?? '')?.[1]
  if (chrony !== undefined) return chrony !== 'Not synchronised'
  // The mark says that timesyncd set the clock since the boot; its absence says nothing.
  return (await exists(timesyncdMark)) ? true : null
}

async function ask(run: RunProgram, command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run(command, args, programTimeoutMs)).trim()
  } catch {
    return undefined
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
