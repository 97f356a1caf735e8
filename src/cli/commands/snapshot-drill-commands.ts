import type { CommandWords } from '../command-words.ts'
import type { SnapshotDrillOptions } from '../host/snapshot-drill.ts'
import { dryRunOption, jsonOption, sandboxOption } from './shared-options.ts'

/** Tries a snapshot. */
export const drill: CommandWords = {
  name: 'drill',
  description: 'restore a snapshot into an etcd that nobody else reaches, and compare it with what was saved',
  argument: ['[file]', 'the snapshot, encrypted or not (default: the newest of this host)'],
  options: [['--identity <file>', 'what age decrypts an encrypted one with'], sandboxOption, dryRunOption, jsonOption],
  examples: [
    'signet snapshot drill --dry-run',
    'signet snapshot drill /mnt/backup/etcd-0123abcd-20260131T120000Z-r421337.db.age --identity=/root/key.txt',
  ],
  run: async (options: SnapshotDrillOptions, world, file: string | undefined) =>
    (await import('../host/snapshot-drill.ts')).runSnapshotDrill(
      file,
      options,
      world,
      await world.openHost(options.dryRun),
    ),
}
