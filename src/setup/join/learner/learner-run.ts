import type { ClusterOperations } from '../../../cluster/cluster-operations.ts'
import { type ClusterView, isHealthy, votersOf } from '../../../cluster/cluster-view.ts'
import { type CanaryResult, type RunningCanary, startWriteCanary } from '../../../cluster/write-canary.ts'
import { SignetError } from '../../../core/signet-error.ts'
import type { Member } from '../../../etcd/member.ts'
import type { MemberWorld } from '../../member/member-world.ts'
import type { HostFacts } from '../../run/host-facts.ts'
import type { Plan } from '../../run/plan.ts'
import { addedMemberId, recordMember } from '../../run/run-progress.ts'
import { RunningPlan, type RunWorld } from '../../run/running-plan.ts'

/** The steps that a host goes through as a learner, whatever else its run does. */
export type LearnerStepId =
  | 'check-cluster'
  | 'add-learner'
  | 'write-configuration'
  | 'start-etcd'
  | 'catch-up'
  | 'promote'
  | 'verify'

/** What becoming a voting member touches. */
export interface LearnerWorld extends RunWorld {
  readonly member: MemberWorld
  /** Connects to voting members with the certificate of this host; called once it has one. */
  connect(): Promise<ClusterOperations>
}

/** A host on its way into a cluster: how far it came, its connection to the cluster and what it has measured there. */
export class LearnerRun<Id extends string = LearnerStepId> extends RunningPlan<Id | LearnerStepId> {
  readonly facts: HostFacts
  readonly world: LearnerWorld
  /** Time spent waiting for etcd to allow the add, milliseconds. */
  etcdWaitMs = 0
  #cluster: ClusterOperations | undefined
  #membersAtAdd: readonly Member[] | undefined
  #verified: ClusterView | undefined
  #canary: RunningCanary | undefined
  #measured: CanaryResult | undefined

  constructor(plan: Plan<Id, HostFacts>, world: LearnerWorld) {
    super(plan, world)
    this.facts = plan.facts
    this.world = world
  }
  get member(): MemberWorld {
    return this.world.member
  }

  /** The connection to the cluster; there is none before this host has a certificate. */
  get cluster(): ClusterOperations {
    return known(this.#cluster, 'the cluster is asked before it is connected')
  }

  /** The id of this run's member; undefined before it was added. */
  get addedId(): bigint | undefined {
    return addedMemberId(this.progress)
  }

  /** The same, for steps after the add. */
  get memberId(): bigint {
    return known(this.addedId, 'the member is used before it was added')
  }

  /** The cluster as every member sees it, with this host as one that votes. */
  get verified(): ClusterView {
    return known(this.#verified, 'the member was not verified')
  }

  /** Undefined where nothing was measured. */
  get measured(): CanaryResult | undefined {
    return this.#measured
  }

  /** Connects, or leaves the connection that is there. */
  async connect(): Promise<void> {
    this.#cluster ??= await this.world.connect()
  }

  /** Ends what goes on beside the steps. Can be called twice. */
  async close(): Promise<void> {
    await this.stopMeasuring()
    this.#cluster?.close()
  }

  /** Remembers the id, and until this process ends also etcd's own answer to the add. */
  async rememberMember(id: bigint, members?: readonly Member[]): Promise<void> {
    this.#membersAtAdd = members
    await this.record((progress) => recordMember(progress, id))
  }

  /** The members as etcd gave them in answer to the add, or, where this run did not add, as it lists them now. */
  async membersToStartWith(): Promise<readonly Member[]> {
    return this.#membersAtAdd ?? (await this.cluster.listMembers())
  }

  /** Remembers how the cluster is with this host as a member; what it did to writes is measured until then. */
  async rememberVerified(view: ClusterView): Promise<void> {
    this.#verified = view
    await this.stopMeasuring()
  }

  /** Measures from now on how long the cluster pauses for those who write to it. */
  startMeasuring(view: ClusterView): void {
    const { cluster, time } = this
    const endpoints = votersOf(view)
      .filter(isHealthy)
      .flatMap(({ member }) => member.clientUrls.slice(0, 1))
    this.#canary = startWriteCanary({
      put: (endpoint, key, value) => cluster.putAt(endpoint, key, value),
      remove: (key) => cluster.deleteKey(key),
      endpoints,
      time,
    })
  }

  async stopMeasuring(): Promise<void> {
    this.#measured ??= await this.#canary?.stop()
  }

  /** A pause that etcd's own rules demand; the receipt shows these apart. */
  async pauseForEtcd(ms: number): Promise<void> {
    const startedAtMs = this.time.now()
    await this.pause(ms)
    this.etcdWaitMs += this.time.now() - startedAtMs
  }
}

function known<Value>(value: Value | undefined, otherwise: string): Value {
  if (value === undefined) throw new SignetError('internal', otherwise)
  return value
}
