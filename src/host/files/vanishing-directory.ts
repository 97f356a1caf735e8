import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory that goes when its maker goes. */
export interface VanishingDirectory {
  readonly path: string
  readonly remove: () => void
  /** Leaves it where it is, whatever is in it now. */
  readonly keep: () => void
}

// Its standard input ends when we do. Processes of ours that die with us may still be writing for a moment.
const guardScript = `read -r word
[ "$word" = keep ] && exit
tries=0
until rm -rf -- "$1" || [ $tries = 50 ]; do tries=$((tries + 1)); sleep 0.1; done`

/** Makes a directory below the system's temporary one that does not outlive this process, not even one ended by SIGKILL. */
export function makeVanishingDirectory(prefix: string): VanishingDirectory {
  const path = mkdtempSync(join(realpathSync(tmpdir()), prefix))
  const guard = startGuard(path)
  const keep = (): void => void guard.stdin?.end('keep\n')
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true })
    keep()
  }
  return { path, remove, keep }
}

function startGuard(path: string): ChildProcess {
  const guard = spawn('sh', ['-c', guardScript, 'signet-guard', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A Ctrl-C at the terminal must not end it before us.
    detached: true,
  })
  guard.unref()
  // Without a guard the directory is still removed whenever this process ends in order.
  guard.on('error', () => {})
  guard.stdin?.on('error', () => {})
  return guard
}
