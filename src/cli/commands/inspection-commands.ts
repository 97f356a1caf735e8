import type { Command } from 'commander'
import { defaultConfigFile } from '../../host/signet-config.ts'
import type { DoctorOptions } from '../anywhere/doctor.ts'
import type { StatusOptions } from '../anywhere/status.ts'
import { warnOn } from '../command-streams.ts'

/** `status` and `doctor`: what is wrong, on any host. */
export function addInspectionCommands(program: Command): void {
  addStatus(program)
  addDoctor(program)
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
        import('../anywhere/status.ts'),
        import('../../diagnosis/inspect/inspection-world.ts'),
      ])
      process.exitCode = await runStatus(options, process, systemInspection(warnOn(process)))
    })
}

function addDoctor(program: Command): void {
  withPlaces(
    program.command('doctor').description('look for everything that goes wrong: what, why it matters, what to type'),
  )
    .option('--at <time>', 'judge what will be broken by then: +36h, or 2026-01-31T12:00:00Z')
    .addHelpText(
      'after',
      `\n${statuses}\n\nExamples:\n  signet doctor\n  signet doctor --at +36h\n  signet doctor --json | jq '.findings[] | select(.level != "well")'`,
    )
    .action(async (options: DoctorOptions) => {
      const [{ runDoctor }, { systemInspection }] = await Promise.all([
        import('../anywhere/doctor.ts'),
        import('../../diagnosis/inspect/inspection-world.ts'),
      ])
      process.exitCode = await runDoctor(options, process, systemInspection(warnOn(process)))
    })
}
