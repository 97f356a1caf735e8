import { existsSync } from 'node:fs'
import type { HostLayout } from '../host-layout.ts'
import { etcdProgram } from '../programs/etcd-program.ts'
import { findOnPath } from './find-on-path.ts'
import { requireOwnProgram } from './guarded-program.ts'

interface EtcdctlPlaces extends Pick<HostLayout, 'etcdBinaries'> {
  /** As in the environment. */
  readonly path: string | undefined
  /** The account that runs this. */
  readonly ownUid: number
}

/**
 * The etcdctl of the etcd that this host runs, or on a master, which runs none, that of PATH. Throws `refused` where another
 * account can exchange it: most often root types it, and it gets a key of etcd's in its hands (CWE-426).
 */
export async function findEtcdctl({ etcdBinaries, path, ownUid }: EtcdctlPlaces): Promise<string> {
  const own = etcdProgram({ etcdBinaries }, 'etcdctl')
  const found = existsSync(own) ? own : findOnPath('etcdctl', path)
  if (found === undefined) return 'etcdctl'
  await requireOwnProgram(found, ownUid)
  return found
}
