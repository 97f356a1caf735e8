import type { Command } from 'commander'
import type { JoinsCloseOptions } from '../signer/joins-close.ts'
import type { JoinsOpenOptions } from '../signer/joins-open.ts'
import type { JoinsReleaseOptions } from '../signer/joins-release.ts'
import type { JoinsStatusOptions } from '../signer/joins-status.ts'
import type { OpenWorld } from './host-commands.ts'

const jsonOption = ['--json', 'print a JSON object'] as const
const dryRunOption = ['--dry-run', 'say what would be done, and do nothing'] as const

/** `joins`: who may become a member, decided by root on the signer. */
export function addJoinsCommands(program: Command, openWorld: OpenWorld): void {
  const joins = program.command('joins').description('who may become a member; by root, on the signer')
  addStatus(joins)
  addClose(joins, openWorld)
  addOpen(joins, openWorld)
  addRelease(joins, openWorld)
}

function addStatus(joins: Command): void {
  joins
    .command('status', { isDefault: true })
    .description('print whether joins are open, and who holds which name of a member')
    .option(...jsonOption)
    .addHelpText('after', '\nExamples:\n  signet joins\n  signet joins status --json')
    .action(async (options: JoinsStatusOptions) => {
      const { runJoinsStatus } = await import('../signer/joins-status.ts')
      const { systemWorld } = await import('../../setup/host-world.ts')
      await runJoinsStatus(options, process, systemWorld(new AbortController().signal))
    })
}

function addClose(joins: Command, openWorld: OpenWorld): void {
  joins
    .command('close')
    .description('show the members, ask, and give no other host a certificate of a member from then on')
    .option('--yes', 'do not ask')
    .option(...dryRunOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  signet joins close --dry-run\n  signet joins close\n  signet joins close --yes --json',
    )
    .action(async (options: JoinsCloseOptions) => {
      const { runJoinsClose } = await import('../signer/joins-close.ts')
      await runJoinsClose(options, process, await openWorld())
    })
}

function addOpen(joins: Command, openWorld: OpenWorld): void {
  joins
    .command('open')
    .description('let any host of the control-plane network become a member')
    .option('--for <duration>', 'close them again after so long, such as 1h (default: they stay open)')
    .option(...jsonOption)
    .addHelpText('after', '\nExamples:\n  signet joins open --for 1h\n  signet joins open')
    .action(async (options: JoinsOpenOptions) => {
      const { runJoinsOpen } = await import('../signer/joins-open.ts')
      await runJoinsOpen(options, process, await openWorld())
    })
}

function addRelease(joins: Command, openWorld: OpenWorld): void {
  joins
    .command('release')
    .description('free the name of a member that is gone, so that a host may take it at another address')
    .argument('<name>', "the member's name, etcd-<id>")
    .option(...dryRunOption)
    .option(...jsonOption)
    .addHelpText('after', '\nExamples:\n  signet joins release etcd-3 --dry-run\n  signet joins release etcd-3')
    .action(async (name: string, options: JoinsReleaseOptions) => {
      const { runJoinsRelease } = await import('../signer/joins-release.ts')
      await runJoinsRelease(name, options, process, await openWorld())
    })
}
