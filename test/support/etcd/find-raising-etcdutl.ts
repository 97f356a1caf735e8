import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { EtcdBinary } from './find-etcd.ts'
import { findRestorer } from './restore-snapshot.ts'

const cache = join(import.meta.dirname, '../../../.cache/tools')

/**
 * An etcdutl that raises the revisions of what it restores, of whatever version: 3.4 has none. Undefined, with a printed reason, where
 * neither the etcd of the tests brings one nor `npm run test:etcd` has fetched one.
 */
export function findRaisingEtcdutl(etcd: EtcdBinary | undefined): string | undefined {
  const own = etcd === undefined || etcd.version.minor < 5 ? undefined : findRestorer(etcd)
  const places = [own ?? '', ...['etcd-3.5', 'etcdutl-3.6'].map((name) => join(cache, name, 'etcdutl'))]
  const found = places.find((path) => basename(path) === 'etcdutl' && existsSync(path))
  if (found === undefined) process.stderr.write('not founded anew: no etcdutl here; npm run test:etcd fetches one\n')
  return found
}
