import type { Clock } from '../core/clock.ts'
import type { LocalFiles } from '../host/files/local-files.ts'
import type { HostLayout } from '../host/host-layout.ts'

/** All that taking and reading snapshots touches of a host. */
export interface RecoveryWorld {
  readonly layout: HostLayout
  readonly files: LocalFiles
  /** The account that runs this. */
  readonly ownUid: number
  /** Where this host's etcd listens. */
  readonly etcdPorts: { readonly client: number; readonly metrics: number }
  readonly clock: Clock
  /** Aborted where the operator interrupts. */
  readonly signal: AbortSignal
}
