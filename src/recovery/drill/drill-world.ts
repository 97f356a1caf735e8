import type { RecoveryWorld } from '../recovery-world.ts'
import type { RestoreWorld } from '../restore/restore-world.ts'

/** All that a drill touches of a host. */
export interface DrillWorld extends RecoveryWorld, Pick<RestoreWorld, 'run' | 'guardProgram'> {
  /** Whose a process may be that the network cannot reach anyway; undefined where whoever runs this has no other. */
  readonly readOwner: (account: 'etcd') => Promise<{ readonly uid: number; readonly gid: number } | undefined>
}
