import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { quoteShell } from '../core/quote-shell.ts'
import { SignetError } from '../core/signet-error.ts'
import { notStarted } from './program-failure.ts'

/** flock(1) ends with it where somebody else holds the lock for too long. */
const conflictStatus = 75
const waitSeconds = 60

/**
 * Does some work while no other process works in the same directory through here. The kernel keeps the lock on the
 * directory itself (flock(2)), so nothing is left behind, and it ends with this process however that ends. Node has no
 * flock: flock(1) of util-linux holds it, for as long as its `cat` has a standard input. Throws `try-later`.
 */
export async function withDirectoryLock<Value>(directory: string, work: () => Promise<Value>): Promise<Value> {
  const options = ['--exclusive', '--timeout', `${waitSeconds}`, '--conflict-exit-code', `${conflictStatus}`]
  // With the dot, for flock makes a file where there is nothing.
  const holder = spawn('flock', [...options, `${directory}/.`, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(holder, 'close').catch(() => {})
  try {
    await untilHeld(holder, directory)
    return await work()
  } finally {
    holder.stdin?.destroy()
    await ended
  }
}

// `cat` runs once the lock is held, and says what it hears.
async function untilHeld(holder: ChildProcess, directory: string): Promise<void> {
  holder.stdin?.on('error', () => {})
  holder.stdin?.write('held\n')
  const [status] = await new Promise<readonly [number | null]>((resolve, reject) => {
    holder.once('error', (cause) => reject(notStarted('flock', cause)))
    holder.once('exit', (exitStatus) => resolve([exitStatus ?? -1]))
    holder.stdout?.once('data', () => resolve([null]))
  })
  if (status === null) return
  if (status !== conflictStatus) throw notHeld(directory)
  throw new SignetError('try-later', `another signet is at work in ${directory}`, {
    // Not by its name: the kernel knows it as Node's main thread.
    hint: 'see which: pgrep -af signet; then run this again',
  })
}

function notHeld(directory: string): SignetError {
  return new SignetError('configuration', `flock, which keeps two renewals from meeting, fails in ${directory}`, {
    hint: `run it by hand: flock ${quoteShell(directory)} true`,
  })
}
