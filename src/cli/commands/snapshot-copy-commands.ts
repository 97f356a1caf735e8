import type { CommandWords } from '../command-words.ts'
import type { SnapshotCopyOptions, SnapshotFetchOptions } from '../host/snapshot-copy.ts'
import { jsonOption } from './shared-options.ts'

/** Off the host: by the operator's program. */
export const copyWords: CommandWords = {
  name: 'copy',
  description:
    'have the program that snapshot.yaml names copy what is not elsewhere yet, the newest first, or one snapshot',
  argument: [
    '[name]',
    "a snapshot's name (default: the newest, and up to two that were missed within a day before it)",
  ],
  options: [
    ['--if-due', 'for the timer: also where no program is named; and weekly fetch the newest copy, to compare it'],
    jsonOption,
  ],
  examples: ['signet snapshot copy', 'signet snapshot copy etcd-0123abcd-20260131T120000Z-r421337.db'],
  run: async (options: SnapshotCopyOptions, world, name?: string) =>
    (await import('../host/snapshot-copy.ts')).runSnapshotCopy(name, options, world, await world.openHost()),
}

/** And back. */
export const fetchWords: CommandWords = {
  name: 'fetch',
  description: 'have the program that snapshot.yaml names bring a copy back, and compare it with the one that left',
  argument: ['<name>', "a snapshot's name, or that of its copy, which ends in .age where it is encrypted"],
  options: [
    ['--to <directory>', 'where to put it and its sidecar: a directory that is there'],
    ['--identity <file>', 'the identity of a recipient: the copy is decrypted, by age, and verified'],
    jsonOption,
  ],
  examples: [
    'signet snapshot fetch etcd-0123abcd-20260131T120000Z-r421337.db --to=/root/restore --identity=/root/age-identity.txt',
  ],
  run: async (options: SnapshotFetchOptions, world, name: string) =>
    (await import('../host/snapshot-copy.ts')).runSnapshotFetch(name, options, world, await world.openHost()),
}

/** What the unit of the programs starts. */
export const runCopyProgram: CommandWords = {
  name: 'run-program',
  description: "carry out one copy or fetch as the programs' own account (run by signet-snapshot-copy.service)",
  options: [['--view <directory>', 'where what goes out and what comes in is seen (default: /run/signet-copy)']],
  examples: ['systemctl status signet-snapshot-copy'],
  run: async (options: { readonly view?: string }, world) =>
    (await import('../host/snapshot-copy.ts')).runSnapshotProgram(options, world),
}
