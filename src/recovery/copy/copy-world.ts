import type { RunProgram } from '../../host/clock-sync.ts'
import type { FileSettings } from '../../host/files/write-file-atomically.ts'
import type { RecoveryWorld } from '../recovery-world.ts'

/** All that copying and fetching snapshots touch of a host. */
export interface CopyWorld extends RecoveryWorld {
  readonly run: RunProgram
  /** Whose the account of the programs is; whoever runs this owns its files where it is undefined. */
  readonly readOwner: (account: 'signet-copy') => Promise<FileSettings['owner']>
  /** Where age is looked for, as in the environment. */
  readonly searchPath: string | undefined
}
