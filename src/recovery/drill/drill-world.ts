import type { CopyWorld } from '../copy/copy-world.ts'
import type { RestoreWorld } from '../restore/restore-world.ts'

/** All that a drill touches of a host. */
export interface DrillWorld extends Omit<CopyWorld, 'readOwner'>, Pick<RestoreWorld, 'guardProgram'> {
  /** Whose the drill's etcd is; whoever runs this, where it is undefined. */
  readonly readOwner: (account: 'etcd') => Promise<{ readonly uid: number; readonly gid: number } | undefined>
}
