import type { CommandWords } from '../command-words.ts'
import type { AdoptOptions } from '../host/adopt.ts'
import type { UseOptions } from '../host/etcd-use.ts'
import type { InitOptions } from '../host/init.ts'
import type { JoinOptions } from '../host/join.ts'
import type { MemberOptions } from '../host/member.ts'
import { addressOption, configOption, etcdOption, nameOption, quotaOption, signerOptions } from './setup-options.ts'
import { dryRunOption, jsonOption, sandboxOption } from './shared-options.ts'

const init: CommandWords = {
  name: 'init',
  description: 'make this host the first etcd member and the signer, which holds the CA key',
  options: [nameOption, addressOption('the one of the default route'), etcdOption, quotaOption, ...signerOptions],
  examples: [
    'signet init --dry-run',
    'signet init --network 192.0.2.0/24 --network 2001:db8::/64',
    'signet init --endpoint=embedded:2222 --client-lifetime=8h',
  ],
  run: async (options: InitOptions, world) =>
    (await import('../host/init.ts')).runInit(options, world, await world.openHost()),
}

const join: CommandWords = {
  name: 'join',
  description: 'make this host a member of the cluster, without a pause for its users',
  options: [
    ['--signer-ip <ip>', "the signer's address"],
    ['--pin <pin>', 'refuse any other CA: what init printed, SHA256:…'],
    nameOption,
    addressOption('the one that leads to the signer'),
    etcdOption,
    quotaOption,
    ['--port <port>', "the signer's SSH port (default: 22)"],
    ['--ssh-config <file>', 'given to ssh as -F'],
    configOption,
    dryRunOption,
    jsonOption,
  ],
  examples: ['signet join --signer-ip=192.0.2.11 --pin=SHA256:0123…', 'signet join --config=/root/setup.yaml --json'],
  run: async (options: JoinOptions, world) =>
    (await import('../host/join.ts')).runJoin(options, world, await world.openHost(options.dryRun)),
}

const adopt: CommandWords = {
  name: 'adopt',
  description: 'make this member the signer, when the old one is lost',
  options: [
    ['--ca-key <file>', 'the CA key that was saved after init'],
    ['--kept-policy', 'take networks and lifetimes from the copy that this member keeps, where no option says them'],
    ['--yes', 'do not ask'],
    ...signerOptions,
  ],
  examples: [
    'signet adopt --ca-key=/root/ca.key --dry-run',
    'signet adopt --ca-key=/root/ca.key --network 192.0.2.0/24 --yes',
  ],
  run: async (options: AdoptOptions, world) =>
    (await import('../host/adopt.ts')).runAdopt(options, world, await world.openHost()),
}

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

const member: CommandWords = {
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

const etcd: CommandWords = {
  name: 'etcd',
  description: 'the etcd that this member runs',
  inner: [etcdUse],
}

/** What sets up an etcd host, and what an operator does on a member. */
export const hostCommands = [init, join, adopt, member, etcd]
