import { type ClusterOperations, etcdOperations } from '../../cluster/cluster-operations.ts'
import { type ClusterView, isHealthy, votersOf } from '../../cluster/cluster-view.ts'
import { type CanaryResult, type RunningCanary, startWriteCanary } from '../../cluster/write-canary.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdClient } from '../../etcd/etcd-client.ts'
import type { HostWorld } from '../host-world.ts'
import { recordNote } from '../run/run-progress.ts'
import { RunningPlan, type RunWorld } from '../run/running-plan.ts'
import type { UseFacts, UsePlan, UseStepId } from './plan-use.ts'
import type { RaftSnapshotTaken } from './take-raft-snapshot.ts'
import { connectUse } from './use-facts.ts'

/** Takes a verified snapshot of this host's member, tells how much of it has come, and where it is. */
export type TakeVerifiedSnapshot = (
  onProgress: (receivedBytes: number, totalBytes: number) => void,
) => Promise<{ readonly file: string }>

/** What a move touches, and what it is handed. */
export interface UseWorld extends RunWorld {
  readonly host: HostWorld
  readonly takeSnapshot: TakeVerifiedSnapshot
  /** How long a start may take besides what the size of the database adds, milliseconds. */
  readonly startLimitMs: number
  /** How long others that move may be waited for, milliseconds. */
  readonly turnLimitMs: number
}

/** A move to other binaries under way. */
export class UseRun extends RunningPlan<UseStepId> {
  readonly facts: UseFacts
  readonly host: HostWorld
  readonly takeSnapshot: TakeVerifiedSnapshot
  readonly startLimitMs: number
  readonly turnLimitMs: number
  /** What was done for a raft snapshot, where that was needed. */
  raftSnapshot: RaftSnapshotTaken | undefined
  /** The cluster once every member has this one back. */
  after: { readonly view: ClusterView; readonly cluster: string } | undefined
  #client: EtcdClient | undefined
  #canary: RunningCanary | undefined
  #measured: CanaryResult | undefined

  constructor(plan: UsePlan, world: UseWorld) {
    super(plan, world)
    this.facts = plan.facts
    this.host = world.host
    this.takeSnapshot = world.takeSnapshot
    this.startLimitMs = world.startLimitMs
    this.turnLimitMs = world.turnLimitMs
  }

  get client(): EtcdClient {
    if (this.#client === undefined) throw new SignetError('internal', 'the cluster is asked before it is connected')
    return this.#client
  }

  get cluster(): ClusterOperations {
    return etcdOperations(this.client)
  }

  /** Undefined where nothing was measured. */
  get measured(): CanaryResult | undefined {
    return this.#measured
  }

  async connect(): Promise<void> {
    this.#client ??= await connectUse(this.host, this.progress)
  }

  note(name: string, text: string): Promise<void> {
    return this.record((progress) => recordNote(progress, name, text))
  }

  /** Writes from now on, first through this member, as a client would that knows all. */
  startMeasuring(view: ClusterView): void {
    const { cluster, time, facts } = this
    const voters = votersOf(view).filter(isHealthy)
    const own = voters.filter(({ member }) => member.name === facts.name)
    const ordered = [...own, ...voters.filter((voter) => !own.includes(voter))]
    this.#canary ??= startWriteCanary({
      put: (endpoint, key, value) => cluster.putAt(endpoint, key, value),
      remove: (key) => cluster.deleteKey(key),
      endpoints: ordered.flatMap(({ member }) => member.clientUrls.slice(0, 1)),
      time,
    })
  }

  async stopMeasuring(): Promise<void> {
    this.#measured ??= await this.#canary?.stop()
  }

  /** Ends what goes on beside the steps. Can be called twice. */
  async close(): Promise<void> {
    await this.stopMeasuring()
    this.#client?.close()
  }
}
