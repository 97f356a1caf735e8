import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { quoteShell } from '../../core/quote-shell.ts'
import { SignetError } from '../../core/signet-error.ts'
import { notStarted } from '../programs/program-failure.ts'
import { systemErrorCode } from '../system-error.ts'
import { writeFailure } from './file-failure.ts'
import { lookAt } from './look-at.ts'

/** flock(1) ends with it where somebody else holds the lock for too long. */
const conflictStatus = 75
const usualWaitSeconds = 60
/** flock(1) ends with it where there is nothing to open, and our script where it has locked what is no longer there. */
const goneStatuses: readonly number[] = [66, 76]
/** Many times as often as there are others that come and go. */
const maxTries = 100

// Of flock's descriptors the one that is the directory's; `cat` then holds it, for as long as it has a standard input.
const script = `for fd in 3 4 5 6 7 8 9; do test "$1" -ef "/proc/self/fd/$fd" && exec cat; done; exit 76`

/**
 * Does some work while no other process works in the same directory through here. The kernel keeps the lock (flock(2)), so
 * that it ends with this process however that ends. It is not on the directory itself: whoever may read that, and most are
 * for everybody, could lock it and keep certificates from being renewed until they expire. It is on one inside that nobody
 * else can open, and that goes when the work is done. Node has no flock: flock(1) of util-linux holds it. Throws `try-later`.
 */
export async function withDirectoryLock<Value>(
  directory: string,
  work: () => Promise<Value>,
  { waitSeconds = usualWaitSeconds }: { readonly waitSeconds?: number } = {},
): Promise<Value> {
  const path = join(directory, '.signet-lock')
  const release = await hold({ path, directory, waitSeconds })
  try {
    return await work()
  } finally {
    // While it is held, so that nobody locks what is about to go. What a power cut leaves is used, and goes, the next time.
    await rmdir(path).catch(() => {})
    await release()
  }
}

/** A lock, the directory that it is for, and how long another's is waited for. */
interface WantedLock {
  readonly path: string
  readonly directory: string
  readonly waitSeconds: number
}

async function hold(wanted: WantedLock): Promise<() => Promise<void>> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    await ensureOwn(wanted.path)
    const release = await lock(wanted)
    if (release !== undefined) return release
  }
  throw busy(wanted.directory)
}

async function ensureOwn(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
    return
  } catch (cause) {
    if (systemErrorCode(cause) !== 'EEXIST') throw asFailure(path, cause)
  }
  const found = await lookAt(path)
  if (found === undefined) return
  const isOwn = found.uid === 0 || found.uid === process.geteuid?.()
  if (found.kind === 'directory' && isOwn && (found.mode & 0o077) === 0) return
  throw new SignetError('refused', `${path} was not made by signet: another account could lock it for ever`, {
    hint: `see what it is, and move it away: ls -ld ${quoteShell(path)}`,
  })
}

/** Waits for the lock and returns how to let go of it; undefined where the directory was removed meanwhile. */
async function lock({ path, directory, waitSeconds }: WantedLock): Promise<(() => Promise<void>) | undefined> {
  const options = ['--exclusive', '--timeout', `${waitSeconds}`, '--conflict-exit-code', `${conflictStatus}`]
  // With the dot, for flock makes a file where there is nothing.
  const command = [`${path}/.`, 'sh', '-c', script, 'sh', path]
  const holder = spawn('flock', [...options, ...command], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(holder, 'close').catch(() => {})
  const release = async (): Promise<void> => {
    holder.stdin?.destroy()
    await ended
  }
  const status = await untilHeld(holder)
  if (status === null) return release
  await release()
  if (status === conflictStatus) throw busy(directory)
  if (goneStatuses.includes(status)) return undefined
  throw notHeld(directory)
}

// `cat` runs once the lock is held, and says what it hears.
function untilHeld(holder: ChildProcess): Promise<number | null> {
  holder.stdin?.on('error', () => {})
  holder.stdin?.write('held\n')
  return new Promise((resolve, reject) => {
    holder.once('error', (cause) => reject(notStarted('flock', cause)))
    holder.once('exit', (exitStatus) => resolve(exitStatus ?? -1))
    holder.stdout?.once('data', () => resolve(null))
  })
}

function asFailure(path: string, cause: unknown): unknown {
  const failure = writeFailure(path, cause)
  return failure instanceof SignetError ? failure : notHeld(dirname(path), cause)
}

function busy(directory: string): SignetError {
  return new SignetError('try-later', `another signet is at work in ${directory}`, {
    // Not by its name: the kernel knows it as Node's main thread.
    hint: 'see which: pgrep -af signet; then run this again',
  })
}

function notHeld(directory: string, cause?: unknown): SignetError {
  return new SignetError('configuration', `flock, which keeps two renewals from meeting, fails in ${directory}`, {
    hint: `run it by hand: flock ${quoteShell(directory)} true`,
    cause,
  })
}
