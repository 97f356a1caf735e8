// The one program of another release that starts with this machine's libraries.
import { renameSync, rmSync } from 'node:fs'
import { unpackOfRelease } from '../debian/unpack-of-release.mjs'
import { ensurePrograms } from './version-directory.mjs'

const release = 'trixie'
const programs = ['etcd', 'etcdctl', 'etcdutl']

/** The etcd 3.5 of Debian 13, wherever we run. */
export function ensureEtcdOfDebian13() {
  return ensurePrograms({ name: 'etcd-3.5', source: `Debian ${release}`, programs, make: fetchEtcd })
}

async function fetchEtcd(dir) {
  // The programs of these packages need nothing but the C library.
  await unpackOfRelease({ release, packages: ['etcd-server', 'etcd-client'], withDependencies: false }, dir)
  for (const name of programs) renameSync(`${dir}/root/usr/bin/${name}`, `${dir}/${name}`)
  rmSync(`${dir}/root`, { recursive: true })
}
