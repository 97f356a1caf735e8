import type { ClusterOperations } from '../../cluster/cluster-operations.ts'
import type { StepTime } from '../../core/clock.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { Member } from '../../etcd/member.ts'
import { addedMemberId, newProgress, type RunProgress, recordMember, recordStep } from '../run/run-progress.ts'
import { refuseAborted } from '../run/run-steps.ts'
import type { StepListener } from '../run/step.ts'
import type { JoinPorts, MemberPorts } from './join-ports.ts'
import type { JoinReceipt } from './join-receipt.ts'
import type { JoinFacts, JoinPlan, JoinStepId } from './plan-join.ts'

export interface JoinOptions {
  readonly listener: StepListener
  /** Ends the run: undone where it was not promoted yet, left to be run again otherwise. */
  readonly signal?: AbortSignal
  /** Called when all is done, and before that is remembered: what is interrupted here is done again by the next run. */
  readonly conclude?: (receipt: JoinReceipt) => Promise<void>
  /** How long to wait while another host joins, milliseconds. */
  readonly otherLearnerWaitMs?: number
  /** How long to wait for etcd's own conditions on an add, milliseconds. */
  readonly addWaitMs?: number
  /** How long etcd may take to start and catch up, milliseconds; by default reckoned from the size of the database. */
  readonly catchUpLimitMs?: number
  /** How long the promotion, and the verification after it, may take, milliseconds. */
  readonly promotionLimitMs?: number
}

/** A join under way: its plan, its ports and how far it came. */
export class JoinRun {
  readonly facts: JoinFacts
  readonly ports: JoinPorts
  readonly options: JoinOptions
  /** Time spent waiting for etcd to allow the add, milliseconds. */
  etcdWaitMs = 0
  #progress: RunProgress
  #cluster: ClusterOperations | undefined
  #membersAtAdd: readonly Member[] | undefined

  constructor(plan: JoinPlan, ports: JoinPorts, options: JoinOptions) {
    this.facts = plan.facts
    this.ports = ports
    this.options = options
    this.#progress = newProgress(plan.facts.arguments)
  }

  get listener(): StepListener {
    return this.options.listener
  }

  get time(): StepTime {
    return this.ports.time
  }

  get member(): MemberPorts {
    return this.ports.member
  }

  get progress(): RunProgress {
    return this.#progress
  }

  /** The connection to the cluster; there is none before this host has a certificate. */
  get cluster(): ClusterOperations {
    if (this.#cluster === undefined) throw new SignetError('internal', 'the cluster is asked before it is connected')
    return this.#cluster
  }

  /** The id of this run's member; undefined before it was added. */
  get addedId(): bigint | undefined {
    return addedMemberId(this.#progress)
  }

  /** The same, for steps after the add. */
  get memberId(): bigint {
    const id = this.addedId
    if (id === undefined) throw new SignetError('internal', 'the member is used before it was added')
    return id
  }

  /** Takes up the progress of an interrupted run, where there is one. */
  async resume(): Promise<void> {
    const progress = await this.ports.progress.load()
    if (progress?.arguments === this.facts.arguments) this.#progress = progress
  }

  /** Connects, or leaves the connection that is there. */
  async connect(): Promise<void> {
    this.#cluster ??= await this.ports.connect()
  }

  close(): void {
    this.#cluster?.close()
  }

  /** Whether this step may have left something behind, in this run or in the one that it continues. */
  readonly mayHaveBegun = (id: JoinStepId): boolean => this.#progress.started.includes(id)

  readonly remember = async (id: JoinStepId, state: 'started' | 'done'): Promise<void> => {
    await this.#save(recordStep(this.#progress, id, state))
  }

  /** Whether this run, or the one that it continues, has promoted its member: from there on it only goes forward. */
  get isPromoted(): boolean {
    return this.#progress.done.includes('promote')
  }

  /** Remembers the id, and until this process ends also etcd's own answer to the add. */
  async rememberMember(id: bigint, members?: readonly Member[]): Promise<void> {
    this.#membersAtAdd = members
    await this.#save(recordMember(this.#progress, id))
  }

  /** The members as etcd gave them in answer to the add, or, where this run did not add, as it lists them now. */
  async membersToStartWith(): Promise<readonly Member[]> {
    return this.#membersAtAdd ?? (await this.cluster.listMembers())
  }

  async rememberFinished(): Promise<void> {
    await this.#save({ ...this.#progress, isFinished: true })
  }

  /** Waits, and throws `try-later` once the run was interrupted. */
  async pause(ms: number): Promise<void> {
    refuseAborted(this.options.signal)
    await this.time.delay(ms)
    refuseAborted(this.options.signal)
  }

  /** A pause that etcd's own rules demand; the receipt shows these apart. */
  async pauseForEtcd(ms: number): Promise<void> {
    const startedAtMs = this.time.now()
    await this.pause(ms)
    this.etcdWaitMs += this.time.now() - startedAtMs
  }

  async #save(progress: RunProgress): Promise<void> {
    await this.ports.progress.save(progress)
    this.#progress = progress
  }
}
