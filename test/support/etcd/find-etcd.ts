import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type EtcdVersion, parseEtcdVersion } from '../../../src/etcd/versions/flags-by-version.ts'

const cacheDirectory = join(import.meta.dirname, '../../../.cache/tools/bin')

/** An etcd of this machine: in ETCD_BINARY_DIR, or else the checkout's cache, or else PATH. */
export interface EtcdBinary {
  readonly path: string
  readonly version: EtcdVersion
}

/** The etcd that the tests run against. Undefined, with a printed reason, where there is none; in CI that is an error. */
export function findEtcd(): EtcdBinary | undefined {
  const path = findProgram('etcd')
  if (path !== undefined) {
    return { path, version: parseEtcdVersion(execFileSync(path, ['--version'], { encoding: 'utf8' })) }
  }
  if (process.env['CI'] !== undefined) throw new Error('no etcd for the tests: set ETCD_BINARY_DIR')
  process.stderr.write('tests of etcd are skipped: no etcd in ETCD_BINARY_DIR, .cache/tools/bin or PATH\n')
  return undefined
}

function findProgram(name: string): string | undefined {
  const own = process.env['ETCD_BINARY_DIR']
  const directories = own === undefined ? [cacheDirectory, ...(process.env['PATH'] ?? '').split(delimiter)] : [own]
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path))
}
