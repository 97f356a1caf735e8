import type { CommandWords } from '../command-words.ts'
import type { UseOptions } from '../host/etcd-use.ts'
import type { MemberOptions } from '../host/member.ts'
import { dryRunOption, jsonOption, sandboxOption } from './shared-options.ts'

const memberList: CommandWords = {
  name: 'list',
  description: 'print the members, who leads, and how each sees itself',
  options: [sandboxOption, jsonOption],
  examples: ['signet member list', 'signet member list --json --sandbox /tmp/signet'],
  leaves: 'nothing was changed',
  run: async (options: MemberOptions, world) => (await import('../host/member.ts')).runMemberList(options, world),
}

const memberRemove: CommandWords = {
  name: 'remove',
  description: 'remove a member, unless that would lose the quorum; on the signer its name is freed too',
  argument: ['<name>', 'its name, or its id in hexadecimal'],
  options: [sandboxOption, dryRunOption, jsonOption],
  examples: ['signet member remove etcd-3 --dry-run', 'signet member remove 8e9e05c52164694d'],
  leaves: 'whether the member is gone: signet member list',
  run: async (options: MemberOptions, world, name: string) =>
    (await import('../host/member-remove.ts')).runMemberRemove(name, options, world, await world.openHostBriefly()),
}

/** What is done with members, on one of them. */
export const member: CommandWords = {
  name: 'member',
  description: 'the members of the etcd cluster',
  inner: [memberList, memberRemove],
}

const etcdUse: CommandWords = {
  name: 'use',
  description: 'move this member to other etcd binaries, and back by itself where they do not come up',
  argument: ['<dir>', 'a directory with etcd, etcdctl and, from 3.5 on, etcdutl'],
  options: [
    ['--snapshot-to <path>', 'where its snapshot goes, on another file system (default: /var/lib/signet-snapshots)'],
    dryRunOption,
    jsonOption,
  ],
  examples: ['signet etcd use /usr/lib/signet-etcd/3.6 --dry-run', 'signet etcd use /opt/etcd-3.6.16'],
  run: async (options: UseOptions, world, directory: string) =>
    (await import('../host/etcd-use.ts')).runEtcdUse(directory, options, world, await world.openHost(options.dryRun)),
}

/** What is done with the etcd that a member runs. */
export const etcd: CommandWords = {
  name: 'etcd',
  description: 'the etcd that this member runs',
  inner: [etcdUse],
}
