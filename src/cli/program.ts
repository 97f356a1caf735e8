import { Command, CommanderError } from 'commander'
import { version } from '../core/version.ts'
import type { HostWorld } from '../setup/host-world.ts'
import { addCommand } from './add-command.ts'
import type { CommandWords, CommandWorld } from './command-words.ts'
import { completion, etcdctl, sandbox, versionWords } from './commands/anywhere-commands.ts'
import { daemonCommands } from './commands/daemon-commands.ts'
import { hostCommands } from './commands/host-commands.ts'
import { doctor, metrics, status } from './commands/inspection-commands.ts'
import { masterCommands } from './commands/master-commands.ts'
import { recover } from './commands/recover-commands.ts'
import { joins } from './commands/signer-commands.ts'
import { snapshot } from './commands/snapshot-commands.ts'
import { reportUsage } from './report-usage.ts'

const usageStatus = 64

/** In the order of --help. */
const commands: readonly CommandWords[] = [
  sandbox,
  ...hostCommands,
  snapshot,
  recover,
  etcdctl,
  joins,
  ...masterCommands,
  status,
  doctor,
  metrics,
  completion,
  versionWords,
  ...daemonCommands,
]

/** Runs the command in the arguments; returns the exit status where it does not throw. */
export async function runCommandLine(args: readonly string[], untilStopped: () => Promise<void>): Promise<number> {
  // With the status of wrong usage: a script whose variable is empty must not take it for success.
  if (args.length === 0) return sayFirst(usageStatus)
  try {
    await buildProgram(untilStopped).parseAsync(args, { from: 'user' })
    // Set by commands that end well with another status, such as etcdctl's own.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : usageStatus
  }
}

async function sayFirst(status: number): Promise<number> {
  const { formatFirstWords, readRole } = await import('../diagnosis/screen/first-words.ts')
  process.stderr.write(formatFirstWords(readRole(), process.stderr.columns))
  return status
}

/**
 * The whole command line: what --help and the man pages are made of.
 * @internal
 */
export function buildProgram(untilStopped: () => Promise<void>): Command {
  const program = new Command('signet')
    .description('Short-lived etcd certificates over plain SSH, and the etcd cluster behind them.')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
  reportUsage(program)
  const world = commandWorld(untilStopped)
  for (const words of commands) addCommand(program, words, world)
  return program
}

function commandWorld(untilStopped: () => Promise<void>): CommandWorld {
  const { stdout, stderr } = process
  return {
    ...{ stdout, stderr, untilStopped },
    openHost(isDryRun) {
      const interrupt = new AbortController()
      void untilStopped().then(() => interrupt.abort())
      return openHost(interrupt.signal, stderr, isDryRun)
    },
    openHostBriefly: () => openHost(new AbortController().signal, stderr),
  }
}

async function openHost(signal: AbortSignal, stderr: NodeJS.WritableStream, isDryRun?: boolean): Promise<HostWorld> {
  const { systemWorld } = await import('../setup/host-world.ts')
  const { showAsking } = await import('../diagnosis/screen/show-waits.ts')
  return showAsking(systemWorld(signal, isDryRun), stderr)
}
