import { Command, CommanderError, Option } from 'commander'
import { formatFailureLines } from '../core/failure-lines.ts'
import { SignetError } from '../core/signet-error.ts'
import { version } from '../core/version.ts'
import { defaultConfigFile } from '../host/signet-config.ts'
import { addClientCommands } from './commands/client-commands.ts'
import { addClusterCommands } from './commands/cluster-commands.ts'
import { addInspectionCommands } from './commands/inspection-commands.ts'
import { addJoinsCommands } from './commands/joins-commands.ts'
import { addSetupCommands, hostOpener } from './commands/setup-commands.ts'
import type { SignerAccountOptions } from './daemon/signer-account-command.ts'
import type { SshdDropInOptions } from './daemon/sshd-drop-in-command.ts'
import { fullName, refuseIgnored } from './refuse-ignored.ts'

const usageStatus = 64
const loopback = ['127.0.0.0/8', '::1/128']

/** Runs the command in the arguments; returns the exit status where it does not throw. */
export async function runProgram(args: readonly string[], untilStopped: () => Promise<void>): Promise<number> {
  try {
    await buildProgram(untilStopped).parseAsync(args, { from: 'user' })
    // Set by commands that end well with another status, such as etcdctl's own.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : usageStatus
  }
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
  addSandbox(program, untilStopped)
  const openWorld = hostOpener(untilStopped)
  addSetupCommands(program, openWorld)
  addClusterCommands(program)
  addJoinsCommands(program, openWorld)
  addClientCommands(program, untilStopped)
  addInspectionCommands(program)
  addVersion(program)
  addDaemons(program)
  reportAsOthers(program)
  refuseIgnored(program)
  return program
}

// commander's "error: …" as ours: the same two lines as every other failure, with the help that is about it.
function reportAsOthers(command: Command): void {
  command.configureOutput({
    outputError: (text, write) => write(formatFailureLines(usageFailure(text, command))),
  })
  nameOptionAlone(command)
  for (const inner of command.commands) reportAsOthers(inner)
}

// commander looks for what is near `--signerip=192.0.2.11`, value and all, and finds nothing. Its typings lack the method.
function nameOptionAlone(command: Command): void {
  const own = command as unknown as { unknownOption(flag: string): void }
  const report = own.unknownOption.bind(command)
  own.unknownOption = (flag) => report(flag.replace(/^(--[^=]+)=.*$/s, '$1'))
}

/** What commander says of words that it does not take: `error: unknown option '--x'`, and on a second line what is near. */
function usageFailure(text: string, command: Command): SignetError {
  const [said = '', suggestion] = text.trim().split('\n')
  const near = /^\(Did you mean (.+)\?\)$/.exec(suggestion ?? '')?.[1]
  const help = `see ${fullName(command)} --help`
  const usual = near === undefined ? help : `did you mean ${near}? else ${help}`
  const hint =
    command.name() === 'etcdctl' ? `what is etcdctl's own stands behind --: signet etcdctl -- ARGS; ${help}` : usual
  return new SignetError('usage', said.replace(/^error: /, '').replace(/[^\x20-\x7e]/g, '?'), { hint })
}

function addVersion(program: Command): void {
  program
    .command('version')
    .description('print the version')
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExample:\n  signet version --json')
    .action((options: { json?: true }) => {
      process.stdout.write(options.json ? `${JSON.stringify({ version })}\n` : `${version}\n`)
    })
}

// Their help, and what is wrong with their arguments: main.ts starts them itself where nothing is.
function addDaemons(program: Command): void {
  program
    .command('authority')
    .description('daemon: hold the CA key, sign, keep the journal (started by systemd)')
    .option('--config <file>', 'configuration', defaultConfigFile)
    .addHelpText('after', '\nExample:\n  systemctl status signet-authority')
    .action(notHere)
  program
    .command('endpoint')
    .description('daemon: answer callers over SSH (started by systemd)')
    .option('--config <file>', 'configuration', defaultConfigFile)
    .option('--ready-file <file>', 'write {"host","port"} there once callers are answered')
    .addHelpText(
      'after',
      '\nExample:\n  signet endpoint --config /etc/signet/signet.yaml --ready-file /run/signet/ready.json',
    )
    .action(notHere)
  program
    .command('relay')
    .description('hand one call from sshd on to the endpoint (the login shell of the account signer)')
    .option('--socket <path>', "the endpoint's socket", '/run/signet/relay.sock')
    .addHelpText(
      'after',
      "\nExample:\n  SSH_CONNECTION='192.0.2.7 40000 192.0.2.11 22' SSH_ORIGINAL_COMMAND=get-status signet relay",
    )
    .action(notHere)
  addSshdDropIn(program)
  addSignerAccount(program)
  addEtcdFlags(program)
}

function notHere(_: unknown, command: Command): never {
  const name = fullName(command)
  throw new SignetError('usage', `these arguments do not fit ${name}`, { hint: `see ${name} --help` })
}

function addSshdDropIn(program: Command): void {
  program
    .command('sshd-drop-in')
    .description(
      "make sshd's configuration follow signet.yaml, once sshd -t accepts it (run by signet-endpoint.service)",
    )
    .option('--config <file>', 'configuration', defaultConfigFile)
    .option('--print', 'print it and change nothing')
    .addHelpText('after', '\nExample:\n  signet sshd-drop-in --print')
    .action(async (options: SshdDropInOptions) => {
      const { runSshdDropIn } = await import('./daemon/sshd-drop-in-command.ts')
      await runSshdDropIn(options, process)
    })
}

function addSignerAccount(program: Command): void {
  program
    .command('signer-account')
    .description(
      'lock the account signer while anything but sshd could lead into it, or open it again (run by signet-endpoint.service)',
    )
    .option('--config <file>', 'configuration', defaultConfigFile)
    .option('--open', 'open it also where something else locked it or gave it a password')
    .addHelpText('after', '\nExample:\n  signet signer-account')
    .action(async (options: SignerAccountOptions) => {
      const { runSignerAccount } = await import('./daemon/signer-account-command.ts')
      await runSignerAccount(options, process)
    })
}

function addEtcdFlags(program: Command): void {
  program
    .command('etcd-flags')
    .description("make etcd's flags fit its version, after an upgrade (run by etcd.service before it starts)")
    .option('--print', 'print them and change nothing')
    .addHelpText('after', '\nExample:\n  signet etcd-flags --print')
    .action(async (options: { print?: true }) => {
      const { runEtcdFlags } = await import('./daemon/etcd-flags-command.ts')
      const { systemWorld } = await import('../setup/host-world.ts')
      await runEtcdFlags(options, process, systemWorld(new AbortController().signal))
    })
}

function addSandbox(program: Command, untilStopped: () => Promise<void>): void {
  program
    .command('sandbox')
    .description('run a throw-away cluster on this machine until Ctrl-C: real etcd, both daemons, embedded SSH')
    .option('--dir <dir>', 'where everything goes (default: a new directory, removed at the end)')
    .addOption(new Option('--members <n>', 'etcd members, 1 to 9').default('1', '1'))
    .addOption(new Option('--client-lifetime <duration>', 'lifetime of client certificates').default('24h', '24h'))
    .option('--ipv6', 'listen on ::1 instead of 127.0.0.x')
    .addOption(new Option('--network <cidr...>', 'control-plane networks').default(loopback, loopback.join(', ')))
    .addHelpText('after', '\nExample:\n  signet sandbox --dir /tmp/signet --members 3 --client-lifetime 1h')
    .action(async (options: Record<string, unknown>) => {
      const { runSandbox } = await import('./anywhere/sandbox.ts')
      await runSandbox(options, { stopped: untilStopped(), stderr: process.stderr })
    })
}
