import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MemberSettings } from '../../../src/etcd/versions/flags-by-version.ts'
import type { EtcdBinary } from './find-etcd.ts'

/**
 * What of this etcd restores snapshots: `etcdutl`, or before 3.6 `etcdctl`. Undefined, with a printed reason, where neither is
 * there.
 */
export function findRestorer({ path, version }: EtcdBinary): string | undefined {
  const etcdctl = join(dirname(path), 'etcdctl')
  // `npm run test:etcd` builds that of 3.6 and later into a directory of its own.
  const etcdutls = ['', `../etcdutl-3.${version.minor}`].map((place) => join(dirname(path), place, 'etcdutl'))
  const etcdutl = etcdutls.find((program) => existsSync(program))
  if (etcdutl !== undefined) return etcdutl
  if (version.minor < 6 && existsSync(etcdctl)) return etcdctl
  process.stderr.write(`not restored: no etcdutl beside ${path}\n`)
  return undefined
}

type RestoredMember = Pick<
  MemberSettings,
  'name' | 'dataDir' | 'initialCluster' | 'initialClusterToken' | 'advertisePeerUrls'
>

/** Restores a snapshot into the data directory of a cluster of one, and throws where that is refused. */
export function restoreSnapshot(restorer: string, file: string, settings: RestoredMember): void {
  const { name, dataDir, initialCluster, initialClusterToken, advertisePeerUrls } = settings
  const cluster = [`--initial-cluster=${initialCluster}`, `--initial-cluster-token=${initialClusterToken}`]
  const own = [`--name=${name}`, `--data-dir=${dataDir}`, `--initial-advertise-peer-urls=${advertisePeerUrls.join()}`]
  execFileSync(restorer, ['snapshot', 'restore', file, ...own, ...cluster], { stdio: 'pipe' })
}
