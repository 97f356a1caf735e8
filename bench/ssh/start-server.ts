import { type ChildProcess, spawn } from 'node:child_process'

const readyTimeoutMs = 20_000
const stopGraceMs = 5000

/** A process that said on standard error that it is ready. */
export interface StartedServer {
  readonly pid: number
  /** What it said that matched. */
  readonly ready: RegExpExecArray
  stop(): Promise<void>
}

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** What standard error shows once it answers. */
  readonly ready: RegExp
  readonly env?: NodeJS.ProcessEnv
}

/** Starts a server and waits until it answers. Throws with its words where it does not. */
export function startServer({ command, args, ready, env }: ServerCommand): Promise<StartedServer> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  // Whoever interrupts a run must not find its servers next day.
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  let said = ''
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error(`${command} does not start: ${said}`))
    const timer = setTimeout(() => child.kill('SIGKILL'), readyTimeoutMs)
    child.once('error', reject)
    child.once('exit', fail)
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length > 100_000) return
      said += chunk.toString()
      const match = ready.exec(said)
      if (match === null) return
      clearTimeout(timer)
      child.off('exit', fail)
      resolve({ pid: child.pid ?? -1, ready: match, stop: () => stop(child) })
    })
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs)
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
}
