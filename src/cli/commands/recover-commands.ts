import { Option } from 'commander'
import type { CommandWords, OptionWords } from '../command-words.ts'
import type { RecoverOptions } from '../host/recover.ts'
import type { RejoinOptions } from '../host/recover-rejoin.ts'
import { dryRunOption, jsonOption } from './shared-options.ts'

const repeated = (flags: string, description: string): OptionWords =>
  new Option(flags, `${description}; repeatable`).argParser(
    (value: string, previous: readonly string[] | undefined) => [...(previous ?? []), value],
  )

/** The way back when the quorum is gone for good. */
export const recover: CommandWords = {
  name: 'recover',
  description: 'begin a new cluster on a survivor, when the quorum is gone for good',
  options: [
    ['--stand-down', 'on each survivor first: save its data, and keep its etcd stopped'],
    ['--stand-up', 'take that back, where the quorum returned by itself'],
    ['--rejoin', 'on the other survivors afterwards: join the recovered cluster with what this host has'],
    ['--cluster <id>', 'the recovered cluster, as its receipt says'],
    ['--at <ip>', 'where its member is, should this host not find it'],
    repeated('--gone <name>', 'a member whose host is lost, or out of reach'),
    repeated('--seen <name:revision>', 'another survivor, and the revision at which it stood down'),
    ['--from <file>', 'go on from this snapshot, and not from what this member has'],
    ['--unsigned', 'take one that no member has signed'],
    ['--behind-by-choice', 'go on although another is known to have more'],
    ['--without-bump', 'do not raise revisions: everything that watches must be restarted'],
    repeated('--fenced <name>', 'a member that is gone, and off for good or fenced everywhere'),
    ['--yes', 'do not ask'],
    dryRunOption,
    jsonOption,
  ],
  combinations: [
    ...[
      '--gone',
      '--seen',
      '--from',
      '--unsigned',
      '--behind-by-choice',
      '--without-bump',
      '--fenced',
      '--stand-up',
    ].map((option) => ({ option, excludes: '--stand-down' })),
    ...['--gone', '--seen', '--from', '--fenced', '--dry-run'].map((option) => ({ option, excludes: '--stand-up' })),
    { option: '--unsigned', needs: '--from' },
    ...['--cluster', '--at'].map((option) => ({ option, needs: '--rejoin' })),
    ...['--stand-down', '--stand-up', '--gone', '--seen', '--from', '--fenced', '--behind-by-choice'].map((option) => ({
      ...{ option, excludes: '--rejoin' },
    })),
    { option: '--rejoin', needs: '--cluster' },
  ],
  examples: [
    'signet recover --stand-down',
    'signet recover --gone=etcd-2 --gone=etcd-3 --dry-run',
    'signet recover --seen=etcd-2:421337 --gone=etcd-3',
    'signet recover --rejoin --cluster=14dca0d2f5f0d1b6',
  ],
  run: async (options: RecoverOptions & RejoinOptions, world) => {
    const host = await world.openHost(options.dryRun)
    if (options.rejoin === true) return (await import('../host/recover-rejoin.ts')).runRejoin(options, world, host)
    return (await import('../host/recover.ts')).runRecover(options, world, host)
  },
}
