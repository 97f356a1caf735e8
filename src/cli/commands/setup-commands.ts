import { type Command, Option } from 'commander'
import type { HostWorld } from '../../setup/host-world.ts'
import type { AdoptOptions } from '../host/adopt.ts'
import type { InitOptions } from '../host/init.ts'
import type { JoinOptions } from '../host/join.ts'

const configOption = ['--config <file>', 'YAML that answers what no option does, for unattended provisioning'] as const
const jsonOption = ['--json', 'print a JSON object'] as const
const quotaOption = [
  '--quota <size>',
  'the largest database that its etcd takes, the same on all members (default: 8GiB)',
] as const
const dryRunOption = ['--dry-run', 'say what would be done, and do nothing'] as const

/** This host, for a command; it hears when the operator interrupts, that is when `untilStopped` settles. */
export function hostOpener(untilStopped: () => Promise<void>): OpenWorld {
  return async (isDryRun) => {
    const { systemWorld } = await import('../../setup/host-world.ts')
    const interrupt = new AbortController()
    void untilStopped().then(() => interrupt.abort())
    return systemWorld(interrupt.signal, isDryRun)
  }
}

/** `init`, `join` and `adopt`: what sets up an etcd host. */
export function addSetupCommands(program: Command, openWorld: OpenWorld): void {
  addInit(program, openWorld)
  addJoin(program, openWorld)
  addAdopt(program, openWorld)
}

/** Opens this host for a command. */
export type OpenWorld = (isDryRun?: boolean) => Promise<HostWorld>

function addInit(program: Command, openWorld: OpenWorld): void {
  const init = program
    .command('init')
    .description('make this host the first etcd member and the leader, which holds the CA key')
    .option('--name <etcd-id>', "the member's name (default: the host name, with etcd- before it)")
    .option('--address <ip>', 'the address it advertises (default: the one of the default route)')
    .option(...quotaOption)
  addLeaderOptions(init)
    .addHelpText(
      'after',
      '\nExamples:\n  signet init --dry-run\n  signet init --network 192.0.2.0/24 --network 2001:db8::/64\n' +
        '  signet init --endpoint=embedded:2222 --client-lifetime=8h',
    )
    .action(async (options: InitOptions) => {
      const { runInit } = await import('../host/init.ts')
      await runInit(options, process, await openWorld())
    })
}

function addJoin(program: Command, openWorld: OpenWorld): void {
  program
    .command('join')
    .description('make this host a member of the cluster, without a pause for its users')
    .option('--signer-ip <ip>', "the leader's address")
    .option('--pin <pin>', 'refuse any other CA: what init printed, SHA256:…')
    .option('--name <etcd-id>', "the member's name (default: the host name, with etcd- before it)")
    .option('--address <ip>', 'the address it advertises (default: the one that leads to the signer)')
    .option(...quotaOption)
    .option('--port <port>', "the signer's SSH port (default: 22)")
    .option('--ssh-config <file>', 'given to ssh as -F')
    .option(...configOption)
    .option(...dryRunOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  signet join --signer-ip=192.0.2.11 --pin=SHA256:0123…\n  signet join --config=/root/setup.yaml --json',
    )
    .action(async (options: JoinOptions) => {
      const { runJoin } = await import('../host/join.ts')
      await runJoin(options, process, await openWorld(options.dryRun))
    })
}

function addAdopt(program: Command, openWorld: OpenWorld): void {
  const adopt = program
    .command('adopt')
    .description('make this member the leader, when the leader is lost')
    .option('--ca-key <file>', 'the CA key that was saved after init')
    .option(
      '--kept-policy',
      'take networks and lifetimes from the copy that this member keeps, where no option says them',
    )
    .option('--yes', 'do not ask')
  addLeaderOptions(adopt)
    .addHelpText(
      'after',
      '\nExamples:\n  signet adopt --ca-key=/root/ca.key --dry-run\n  signet adopt --ca-key=/root/ca.key --network 192.0.2.0/24 --yes',
    )
    .action(async (options: AdoptOptions) => {
      const { runAdopt } = await import('../host/adopt.ts')
      await runAdopt(options, process, await openWorld())
    })
}

function addLeaderOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--network <cidr>', 'from where callers are answered; repeatable (default: the own subnet)').argParser(
        (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value],
      ),
    )
    .option('--endpoint <front>', 'openssh, or embedded[:PORT] for an SSH server of its own (default: openssh)')
    .option('--client-lifetime <duration>', "how long masters' certificates live (default: 24h)")
    .option(...configOption)
    .option(...dryRunOption)
    .option(...jsonOption)
}
