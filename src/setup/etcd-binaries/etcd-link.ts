import { dirname } from 'node:path'
import type { HostWorld } from '../host-world.ts'

/** Makes this host run the etcd in a directory from its next start on; one atomic step that outlives a power cut. */
export async function pointEtcdLink({ layout, files }: Pick<HostWorld, 'layout' | 'files'>, directory: string) {
  await files.makeDirectory(dirname(layout.etcdBinaries), { mode: 0o755 })
  await files.link(layout.etcdBinaries, directory)
}
