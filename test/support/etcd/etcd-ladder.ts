import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type EtcdVersion, parseEtcdVersion } from '../../../src/etcd/versions/flags-by-version.ts'

/** An etcd of one minor version. */
export interface Rung {
  readonly directory: string
  readonly version: EtcdVersion
}

/**
 * An etcd of each minor version, oldest first, each of which may follow the one before: the directories in SIGNET_ETCD_LADDER, as
 * `npm run test:etcd -- --all` gives them once; none, with a printed reason, where it does not.
 */
export function findLadder(): readonly Rung[] {
  const given = process.env['SIGNET_ETCD_LADDER']?.split(':') ?? []
  if (given.length === 0)
    process.stderr.write('upgrades from version to version are not tested: no SIGNET_ETCD_LADDER\n')
  return given.map((directory) => ({
    directory,
    version: parseEtcdVersion(execFileSync(join(directory, 'etcd'), ['--version'], { encoding: 'utf8' })),
  }))
}
