import type { Command } from 'commander'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { StatusOptions } from '../status.ts'

/** `status` and `doctor`: what is wrong, on any host. */
export function addInspectionCommands(program: Command): void {
  addStatus(program)
}

function withPlaces(command: Command): Command {
  return command
    .option('--dir <dir>', 'the directory that request was given')
    .option('--sandbox <dir>', 'look at the sandbox in this directory as at a leader')
    .option('--config <file>', `a leader's configuration (default: ${defaultConfigFile})`)
    .option('--signer-ip <ip>', 'ask this signer (default: the one that request was given)')
    .option('--port <port>', "port of that signer's SSH (default: 22)")
    .option('--ssh-config <file>', 'given to ssh as -F')
    .option('--json', 'print a JSON object')
}

const statuses = 'Exit status: 0 well, 1 attention, 2 broken.'

function addStatus(program: Command): void {
  withPlaces(
    program
      .command('status')
      .description('print the certificates of this host, the members, the signer and, on the leader, the masters seen'),
  )
    .addHelpText(
      'after',
      `\n${statuses}\n\nExamples:\n  signet status\n  signet status --json | jq .state\n  signet status --sandbox /tmp/signet`,
    )
    .action(async (options: StatusOptions) => {
      const [{ runStatus }, { systemInspection }] = await Promise.all([
        import('../status.ts'),
        import('../inspect/system-inspection.ts'),
      ])
      process.exitCode = await runStatus(options, process, systemInspection(process))
    })
}
