import { join } from 'node:path'
import type { HostLayout } from '../host-layout.ts'

/** The programs of one etcd; etcdutl is there from 3.5 on. */
export type EtcdProgramName = 'etcd' | 'etcdctl' | 'etcdutl'

/** A program of the etcd that this host runs, behind the link that says which that is. */
export function etcdProgram({ etcdBinaries }: Pick<HostLayout, 'etcdBinaries'>, name: EtcdProgramName): string {
  return join(etcdBinaries, name)
}
