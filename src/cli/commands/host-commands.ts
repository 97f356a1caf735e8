import type { CommandWords } from '../command-words.ts'
import type { AdoptOptions } from '../host/adopt.ts'
import type { InitOptions } from '../host/init.ts'
import type { JoinOptions } from '../host/join.ts'
import { etcd, member } from './member-commands.ts'
import {
  addressOption,
  configOption,
  etcdOption,
  nameOption,
  quotaOption,
  savedCombinations,
  savedOptions,
  signerOptions,
} from './setup-options.ts'
import { dryRunOption, jsonOption } from './shared-options.ts'

const init: CommandWords = {
  name: 'init',
  description: 'make this host the first etcd member and the signer, which holds the CA key',
  options: [
    nameOption,
    addressOption('the one of the default route'),
    etcdOption,
    quotaOption,
    ...signerOptions,
    ...savedOptions,
  ],
  combinations: savedCombinations,
  examples: [
    'signet init --dry-run',
    'signet init --network 192.0.2.0/24 --network 2001:db8::/64',
    'signet init --endpoint=embedded:2222 --client-lifetime=8h',
    'signet init --ca-key=/root/ca.key --ca-cert=/root/ca.crt --from=/root/etcd-0123abcd-20260131T120000Z-r421337.db',
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

/** What sets up an etcd host, and what an operator does on a member. */
export const hostCommands = [init, join, adopt, member, etcd]
