import type { Command } from 'commander'
import type { EtcdctlPlace } from '../anywhere/etcdctl-access.ts'
import { warnOn } from '../command-streams.ts'
import type { MemberOptions } from '../host/member.ts'

const sandboxOption = ['--sandbox <dir>', 'the cluster of the sandbox in this directory, not of this host'] as const

/** `member` and `etcdctl`: what an operator does on a member. */
export function addClusterCommands(program: Command): void {
  const member = program.command('member').description('the members of the etcd cluster')
  addMemberList(member)
  addMemberRemove(member)
  addEtcdctl(program)
}

function addMemberList(member: Command): void {
  member
    .command('list')
    .description('print the members, who leads, and how each sees itself')
    .option(...sandboxOption)
    .option('--json', 'print a JSON object')
    .addHelpText('after', '\nExamples:\n  signet member list\n  signet member list --json --sandbox /tmp/signet')
    .action(async (options: MemberOptions) => {
      const { runMemberList } = await import('../host/member.ts')
      await runMemberList(options, process)
    })
}

function addMemberRemove(member: Command): void {
  member
    .command('remove')
    .description('remove a member, unless that would lose the quorum; on the signer its name is freed too')
    .argument('<name>', 'its name, or its id in hexadecimal')
    .option(...sandboxOption)
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print a JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  signet member remove etcd-3 --dry-run\n  signet member remove 8e9e05c52164694d',
    )
    .action(async (name: string, options: MemberOptions) => {
      const { runMemberRemove } = await import('../host/member-remove.ts')
      const { systemWorld } = await import('../../setup/host-world.ts')
      await runMemberRemove(name, options, process, systemWorld(new AbortController().signal))
    })
}

function addEtcdctl(program: Command): void {
  program
    .command('etcdctl')
    .description("run etcdctl with this host's certificate and the endpoints of all members")
    .option(...sandboxOption)
    .option('--dir <dir>', 'the directory that request was given, on a master (default: what request has left)')
    .argument('[args...]', "etcdctl's own arguments, behind --")
    .addHelpText(
      'after',
      '\nExported ETCDCTL_* variables have no effect: give options behind --.\n\nExamples:\n' +
        '  signet etcdctl -- endpoint status -w table\n  signet etcdctl -- get --prefix signet/\n' +
        '  signet etcdctl --dir /root/backup -- endpoint health',
    )
    .action(async (args: readonly string[], options: EtcdctlPlace) => {
      const [{ runEtcdctl }, { systemClientWorld }] = await Promise.all([
        import('../anywhere/etcdctl.ts'),
        import('../../client/client-world.ts'),
      ])
      process.exitCode = await runEtcdctl(args, options, systemClientWorld(warnOn(process), { isReadOnly: true }))
    })
}
