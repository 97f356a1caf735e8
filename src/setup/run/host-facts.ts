import type { ToldEtcd } from '../etcd-binaries/choose-etcd.ts'
import type { OwnMember } from '../member/own-member.ts'
import type { RunFacts } from './plan.ts'

/** What was found on this host before anything was changed. */
export interface HostFacts extends RunFacts {
  readonly own: OwnMember
  /** Every etcd of this host, for who wants to know why `own` has this one. */
  readonly etcds: readonly ToldEtcd[]
  readonly dataDirectory: string
  /** `ours`: written by the run whose progress this is, or by one that finished. */
  readonly dataDirectoryState: 'absent' | 'ours' | 'foreign'
  readonly freeDiskBytes: number
  /** Ports that the member needs and somebody else listens on. */
  readonly busyPorts: readonly number[]
}
