import { Command, CommanderError } from 'commander'
import { version } from '../core/version.ts'
import { defaultConfigFile } from '../host/signet-config.ts'
import { reportFailure } from './report-failure.ts'

const usageStatus = 64

function buildProgram(): Command {
  const program = new Command('signet')
    .description('Short-lived etcd certificates over plain SSH, and the etcd cluster behind them.')
    .configureOutput({ outputError: (text, write) => write(`signet: ${text}`) })
    .exitOverride()
    .helpCommand(false)
    .showHelpAfterError('signet: hint: see signet --help')
  addDaemons(program)
  addSandbox(program)
  addVersion(program)
  return program
}

function addVersion(program: Command): void {
  program
    .command('version')
    .description('print the version')
    .option('--json', 'print a JSON object')
    .action((options: { json?: true }) => {
      process.stdout.write(options.json ? `${JSON.stringify({ version })}\n` : `${version}\n`)
    })
}

function addDaemons(program: Command): void {
  program
    .command('authority')
    .description('daemon: hold the CA key, sign, keep the journal (started by systemd)')
    .option('--config <file>', 'configuration', defaultConfigFile)
    .action(async (options: { config: string }) => {
      const { runAuthority } = await import('./authority.ts')
      const credentialsDirectory = process.env['CREDENTIALS_DIRECTORY']
      await runAuthority({ configFile: options.config, credentialsDirectory, stopped: untilStopped() })
    })
  program
    .command('endpoint')
    .description('daemon: answer callers over SSH (started by systemd)')
    .option('--config <file>', 'configuration', defaultConfigFile)
    .option('--ready-file <file>', 'write {"host","port"} there once callers are answered')
    .action(async (options: { config: string; readyFile?: string }) => {
      const { runEndpoint } = await import('./endpoint.ts')
      const readyFile = options.readyFile === undefined ? {} : { readyFile: options.readyFile }
      await runEndpoint({ configFile: options.config, stopped: untilStopped(), ...readyFile })
    })
}

function addSandbox(program: Command): void {
  program
    .command('sandbox')
    .description('run a throw-away cluster on this machine until Ctrl-C: real etcd, both daemons, embedded SSH')
    .option('--dir <dir>', 'where everything goes (default: a new directory, removed at the end)')
    .option('--members <n>', 'etcd members', '1')
    .option('--client-lifetime <duration>', 'lifetime of client certificates', '24h')
    .option('--network <cidr...>', 'control-plane networks', ['127.0.0.0/8', '::1/128'])
    .addHelpText('after', '\nExample:\n  signet sandbox --dir /tmp/signet --members 3 --client-lifetime 1h')
    .action(async (options: Record<string, unknown>) => {
      const { runSandbox } = await import('./sandbox.ts')
      await runSandbox(options, { stopped: untilStopped(), stderr: process.stderr })
    })
}

/** Settles at the first SIGINT or SIGTERM. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}

try {
  await buildProgram().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : usageStatus
  else process.exitCode = reportFailure(error, process.stderr)
}
