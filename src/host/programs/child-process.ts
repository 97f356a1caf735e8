import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'

export interface ChildSettings {
  readonly command: string
  readonly args: readonly string[]
  /** Where standard output and standard error go; created or appended to. */
  readonly logFile: string
  /** The whole environment; that of this process where it is not given. */
  readonly environment?: NodeJS.ProcessEnv
  /** Where it begins; where this process is if it is not given. */
  readonly directory?: string
  /** Whose it is, without any right of ours; only root can give one. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined
}

/** A process that was started here and does not outlive this one. */
export interface OwnChild {
  readonly pid: number
  /** Settles when the process has ended, with how: an exit status or a signal's name. */
  readonly ended: Promise<string>
  readonly isRunning: () => boolean
  /** SIGTERM, and SIGKILL where that is not heeded within the given time. */
  stop(graceMs: number): Promise<void>
}

/**
 * Starts a process that the kernel kills when this one dies, however it dies: `setpriv` (util-linux) sets
 * PR_SET_PDEATHSIG and then becomes the program, so the process id is the program's.
 */
export async function startChild(settings: ChildSettings): Promise<OwnChild> {
  const log = openSync(settings.logFile, 'a', 0o600)
  const child = spawn('setpriv', [...asAccount(settings), '--', settings.command, ...settings.args], {
    stdio: ['ignore', log, log],
    env: settings.environment,
    cwd: settings.directory,
    // A Ctrl-C at the terminal must reach this process only, so that it can stop the others in order.
    detached: true,
  })
  closeSync(log)
  await once(child, 'spawn')
  return ownChild(child)
}

function asAccount({ account }: ChildSettings): readonly string[] {
  const dying = ['--pdeathsig', 'KILL']
  if (account === undefined) return dying
  return [...dying, '--reuid', `${account.uid}`, '--regid', `${account.gid}`, '--clear-groups', '--no-new-privs']
}

function ownChild(child: ChildProcess): OwnChild {
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (status, signal) => resolve(signal ?? `status ${status}`))
  })
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null
  const stop = async (graceMs: number): Promise<void> => {
    if (!isRunning()) return
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await ended.finally(() => clearTimeout(timer))
  }
  return { pid: child.pid ?? -1, ended, isRunning, stop }
}
