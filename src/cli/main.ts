import { asSignetError, SignetError } from '../core/signet-error.ts'
import { version } from '../core/version.ts'
import { readServiceStart } from '../host/programs/service-start.ts'
import { defaultSocket, isLoginShell, parseRelaySocket, runRelay } from './daemon/relay.ts'
import { reportFailure } from './report-failure.ts'

// Everything else is imported when it is needed: the relay is one process a call, and a daemon keeps what it loads.

/** Settles at the first SIGINT, SIGTERM or SIGHUP; the handlers stay, so that a second one interrupts no clean-up. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}

async function run(args: readonly string[]): Promise<number> {
  const { forgetEtcdSettings } = await import('./forget-etcd-settings.ts')
  forgetEtcdSettings(process.env)
  const { parseDaemonCall, runDaemon } = await import('./daemon/run-daemon.ts')
  const call = parseDaemonCall(args)
  if (call !== undefined) {
    await runDaemon(call, { stopped: untilStopped(), ...readServiceStart(process.env, process.pid) })
    return 0
  }
  const { runCommandLine } = await import('./program.ts')
  return runCommandLine(args, untilStopped)
}

async function relay(socketPath: string): Promise<never> {
  const { stdout, stderr, env: environment } = process
  const status = await runRelay({ environment, openStdin: () => process.stdin, stdout, stderr, socketPath })
  // A caller at a terminal never ends its standard input, and must not be waited for.
  process.exit(status)
}

function statusWithoutOutput({ code }: NodeJS.ErrnoException): typeof process.exitCode {
  // A reader that went away early, such as head, is no failure.
  if (code === 'EPIPE') return process.exitCode
  const failure = new SignetError('configuration', `standard output cannot be written (${code})`, {
    hint: 'make room where it goes, then run it again',
  })
  return reportFailure(failure, process.stderr)
}

async function main(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(statusWithoutOutput(error)))
  // Whoever stops reading what is said to people must not end a sandbox, or a join, in the middle.
  process.stderr.on('error', () => {})
  try {
    if (isLoginShell(process.argv0)) await relay(defaultSocket)
    const socket = args[0] === 'relay' ? parseRelaySocket(args) : undefined
    if (socket !== undefined) await relay(socket)
    // Scripts ask for it, and are answered before anything is loaded.
    if (args.length === 1 && args[0] === 'version') process.stdout.write(`${version}\n`)
    else process.exitCode = await run(args)
  } catch (error) {
    process.exitCode = reportFailure(asSignetError(error), process.stderr)
  }
  await Promise.all([drain(process.stdout), drain(process.stderr)])
  // All is done and said. What a library forgot to close must keep neither root's prompt nor systemd waiting.
  process.exit()
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

// No await at the top level: the single executable is CommonJS, which has none.
void main(process.argv.slice(2))
