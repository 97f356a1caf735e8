import type { RunProgram } from '../../host/clock-sync.ts'
import type { HostLayout } from '../../host/host-layout.ts'

/** What restoring touches of a host. */
export interface RestoreWorld {
  readonly layout: Pick<HostLayout, 'etcdBinaries' | 'ownEtcds' | 'distributionEtcd' | 'localEtcd'>
  readonly run: RunProgram
  /** Refuses a program that another account could have put where it is, or could exchange. Throws `refused`. */
  readonly guardProgram: (path: string) => Promise<void>
  /** Aborted where the operator interrupts. */
  readonly signal: AbortSignal
}
