import { asSignetError } from '../core/signet-error.ts'
import { reportFailure } from './report-failure.ts'
import { isDaemonCall, runDaemon } from './run-daemon.ts'

/** Settles at the first SIGINT, SIGTERM or SIGHUP; the handlers stay, so that a second one interrupts no clean-up. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}

async function runCommandLine(args: readonly string[]): Promise<number> {
  const { runProgram } = await import('./program.ts')
  return runProgram(args, untilStopped)
}

// A reader that went away early, such as head, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

const args = process.argv.slice(2)
try {
  // The daemons do without the command line's machinery: it would stay in their memory for ever.
  if (isDaemonCall(args)) {
    await runDaemon(args, { stopped: untilStopped(), credentialsDirectory: process.env['CREDENTIALS_DIRECTORY'] })
  } else process.exitCode = await runCommandLine(args)
} catch (error) {
  process.exitCode = reportFailure(asSignetError(error), process.stderr)
}
