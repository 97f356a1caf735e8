import type { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'

/** Where binaries come from: typed by the operator, the package signet-etcd, the distribution's packages, or /usr/local/bin. */
export type EtcdOrigin = 'named' | 'signet-etcd' | 'distribution' | 'local'

/** A directory in which there should be an etcd. */
export interface EtcdPlace {
  readonly directory: string
  readonly from: EtcdOrigin
}

/** An etcd of this host, and how it is. */
export interface FoundEtcd extends EtcdPlace {
  /** As etcd itself tells it; undefined where it was not run, or did not tell. */
  readonly version?: EtcdVersion | undefined
  /** Why this host cannot run it. */
  readonly problem?: SignetError | undefined
}

/** An etcd that this host can run. */
export interface UsableEtcd extends EtcdPlace {
  readonly version: EtcdVersion
}
