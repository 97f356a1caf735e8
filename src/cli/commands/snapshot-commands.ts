import type { CommandWords } from '../command-words.ts'
import type { SnapshotVerifyOptions } from '../host/snapshot.ts'
import type { SnapshotListOptions, SnapshotPruneOptions } from '../host/snapshot-list.ts'
import type { SnapshotSaveOptions } from '../host/snapshot-save.ts'
import { dryRunOption, jsonOption, sandboxOption } from './shared-options.ts'
import { copyWords, fetchWords, runCopyProgram } from './snapshot-copy-commands.ts'
import { drill } from './snapshot-drill-commands.ts'

const save: CommandWords = {
  name: 'save',
  description: "save this member's database, without quorum too, and prove that it came whole",
  options: [
    ['--to <path>', 'a directory, or a file whose name ends in .db (default: /var/lib/signet-snapshots)'],
    ['--if-due', "save where this member's turn has come and nothing was saved since, as signet-snapshot.timer does"],
    sandboxOption,
    jsonOption,
  ],
  combinations: [
    { option: '--if-due', excludes: '--to' },
    { option: '--if-due', excludes: '--sandbox' },
  ],
  examples: ['signet snapshot save', 'signet snapshot save --to=/mnt/backup --json'],
  run: async (options: SnapshotSaveOptions, world) =>
    (await import('../host/snapshot-save.ts')).runSnapshotSave(options, world, await world.openHost()),
}

const verify: CommandWords = {
  name: 'verify',
  description: 'compare a snapshot with the digest that etcd ended it with, with its sidecar, and say who signed that',
  argument: ['<file>', 'the snapshot'],
  options: [['--ca <file>', "the CA file of its cluster (default: this host's, where it has one)"], jsonOption],
  examples: ['signet snapshot verify /mnt/backup/etcd-0123abcd-20260131T120000Z-r421337.db'],
  run: async (options: SnapshotVerifyOptions, world, file: string) =>
    (await import('../host/snapshot.ts')).runSnapshotVerify(file, options, world, await world.openHostBriefly()),
}

const list: CommandWords = {
  name: 'list',
  description:
    'list the snapshots of this host: how old, how large, signed by whom, copied or not, and the last that was drilled',
  options: [jsonOption],
  examples: ['signet snapshot list'],
  run: async (options: SnapshotListOptions, world) =>
    (await import('../host/snapshot-list.ts')).runSnapshotList(options, world, await world.openHostBriefly()),
}

const prune: CommandWords = {
  name: 'prune',
  description:
    'remove the snapshots of this host that neither age nor room lets stay, as each save does: see snapshot.yaml(5)',
  options: [dryRunOption],
  leaves: 'what was not removed stays whole',
  examples: ['signet snapshot prune --dry-run'],
  run: async (options: SnapshotPruneOptions, world) =>
    (await import('../host/snapshot-list.ts')).runSnapshotPrune(options, world, await world.openHostBriefly()),
}

/** Snapshots of etcd's database. */
export const snapshot: CommandWords = {
  name: 'snapshot',
  description: "snapshots of etcd's database, proven by the digest that etcd gives them",
  inner: [save, list, verify, prune, copyWords, fetchWords, drill, runCopyProgram],
}
