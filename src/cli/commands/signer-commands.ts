import type { CommandWords } from '../command-words.ts'
import type { JoinsCloseOptions } from '../signer/joins-close.ts'
import type { JoinsOpenOptions } from '../signer/joins-open.ts'
import type { JoinsReleaseOptions } from '../signer/joins-release.ts'
import type { JoinsStatusOptions } from '../signer/joins-status.ts'
import { dryRunOption, jsonOption } from './shared-options.ts'

const joinsStatus: CommandWords = {
  name: 'status',
  isDefault: true,
  description: 'print whether joins are open, and who holds which name of a member',
  options: [jsonOption],
  examples: ['signet joins', 'signet joins status --json'],
  leaves: 'nothing was changed',
  run: async (options: JoinsStatusOptions, world) =>
    (await import('../signer/joins-status.ts')).runJoinsStatus(options, world, await world.openHostBriefly()),
}

const joinsClose: CommandWords = {
  name: 'close',
  description: 'show the members, ask, and give no other host a certificate of a member from then on',
  options: [['--yes', 'do not ask'], dryRunOption, jsonOption],
  examples: ['signet joins close --dry-run', 'signet joins close', 'signet joins close --yes --json'],
  run: async (options: JoinsCloseOptions, world) =>
    (await import('../signer/joins-close.ts')).runJoinsClose(options, world, await world.openHost()),
}

const joinsOpen: CommandWords = {
  name: 'open',
  description: 'let any host of the control-plane network become a member',
  options: [['--for <duration>', 'close them again after so long, such as 1h (default: they stay open)'], jsonOption],
  examples: ['signet joins open --for 1h', 'signet joins open'],
  run: async (options: JoinsOpenOptions, world) =>
    (await import('../signer/joins-open.ts')).runJoinsOpen(options, world, await world.openHost()),
}

const joinsRelease: CommandWords = {
  name: 'release',
  description: 'free the name of a member that is gone, so that a host may take it at another address',
  argument: ['<name>', "the member's name, etcd-<id>"],
  options: [dryRunOption, jsonOption],
  examples: ['signet joins release etcd-3 --dry-run', 'signet joins release etcd-3'],
  run: async (options: JoinsReleaseOptions, world, name: string) =>
    (await import('../signer/joins-release.ts')).runJoinsRelease(name, options, world, await world.openHost()),
}

/** Who may become a member, decided by root on the signer. */
export const joins: CommandWords = {
  name: 'joins',
  description: 'who may become a member; by root, on the signer',
  inner: [joinsStatus, joinsClose, joinsOpen, joinsRelease],
}
