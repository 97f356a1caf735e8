import { type ClusterView, isHealthy, votersOf } from '../../cluster/cluster-view.ts'
import { type RunningCanary, startWriteCanary } from '../../cluster/write-canary.ts'
import { SignetError } from '../../core/signet-error.ts'
import { runSteps } from '../run/run-steps.ts'
import type { StepDuration } from '../run/step.ts'
import { composeReceipt, type JoinReceipt } from './join-receipt.ts'
import { type JoinOptions, JoinRun } from './join-run.ts'
import type { JoinPorts } from './join-world.ts'
import { ensureLearner, startOwnVoter, waitUntilJoinable } from './learner/add-learner.ts'
import { waitUntilCaughtUp } from './learner/catch-up.ts'
import { formatInitialCluster } from './learner/initial-cluster.ts'
import { rollBackJoin } from './learner/leave-cluster.ts'
import { promoteLearner } from './learner/promote-learner.ts'
import { verifyFromEveryMember } from './learner/verify-member.ts'
import type { JoinPlan, JoinStepId } from './plan-join.ts'
import { checkPeerPorts } from './require-reachable-peers.ts'

/**
 * Makes this host a voting member. Killed at any moment and run again with the same arguments, it goes on; failing
 * before the promotion, it leaves host and cluster as they were and throws why.
 */
export async function applyJoin(plan: JoinPlan, ports: JoinPorts, options: JoinOptions): Promise<JoinReceipt> {
  const run = new JoinRun(plan, ports, options)
  const join = new Join(run)
  await run.resume()
  try {
    const steps = await runSteps(plan.steps, (id) => join.act(id), {
      listener: options.listener,
      time: ports.time,
      signal: options.signal,
      remember: run.remember,
    })
    const receipt = join.receipt(steps)
    await options.conclude?.(receipt)
    await run.rememberFinished()
    return receipt
  } catch (error) {
    await join.stopCanary()
    throw await rollBackJoin(run, error)
  } finally {
    run.close()
  }
}

class Join {
  readonly #run: JoinRun
  readonly #acts: Readonly<Record<JoinStepId, () => Promise<void>>>
  #canary: RunningCanary | undefined
  #measured: Awaited<ReturnType<RunningCanary['stop']>> | undefined
  #view: ClusterView | undefined

  constructor(run: JoinRun) {
    const { signer, member } = run.ports
    this.#run = run
    this.#acts = {
      'fetch-ca': () => signer.fetchCa(),
      'make-key': () => signer.makeKey(),
      'obtain-certificate': () => signer.obtainCertificate(),
      'check-cluster': () => this.#checkCluster(),
      'add-learner': () => ensureLearner(run),
      'write-configuration': async () => member.writeConfiguration(await this.#initialCluster()),
      'start-etcd': () => member.start(),
      'catch-up': () => waitUntilCaughtUp(run),
      promote: () => promoteLearner(run),
      verify: () => this.#verify(),
      renew: () => signer.obtainCertificate(),
      'clean-up': () => member.finish(),
    }
  }

  act(id: JoinStepId): Promise<void> {
    return this.#acts[id]()
  }

  async stopCanary(): Promise<void> {
    this.#measured ??= await this.#canary?.stop()
  }

  receipt(steps: readonly StepDuration[]): JoinReceipt {
    const { facts, memberId, etcdWaitMs } = this.#run
    if (this.#view === undefined) throw new SignetError('internal', 'the member was not verified')
    return composeReceipt({
      name: facts.own.name,
      memberId,
      view: this.#view,
      steps,
      etcdWaitMs,
      canary: this.#measured,
      areJoinsOpen: facts.signer.areJoinsOpen,
    })
  }

  async #checkCluster(): Promise<void> {
    await this.#run.connect()
    await startOwnVoter(this.#run)
    await waitUntilJoinable(this.#run)
    const view = await this.#run.cluster.readView()
    await checkPeerPorts(this.#run, view)
    this.#canary = this.#startCanary(view)
  }

  #startCanary(view: ClusterView): RunningCanary {
    const { cluster, time } = this.#run
    const endpoints = votersOf(view)
      .filter(isHealthy)
      .flatMap(({ member }) => member.clientUrls.slice(0, 1))
    return startWriteCanary({
      put: (endpoint, key, value) => cluster.putAt(endpoint, key, value),
      remove: (key) => cluster.deleteKey(key),
      endpoints,
      time,
    })
  }

  async #initialCluster(): Promise<string> {
    const { memberId, facts } = this.#run
    return formatInitialCluster(await this.#run.membersToStartWith(), { id: memberId, name: facts.own.name })
  }

  async #verify(): Promise<void> {
    this.#view = await verifyFromEveryMember(this.#run)
    await this.stopCanary()
  }
}
