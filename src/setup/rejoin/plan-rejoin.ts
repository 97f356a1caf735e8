import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { LearnerStepId } from '../join/learner/learner-run.ts'
import type { StandDownMarker } from '../recover/stand-down-marker.ts'
import { checkDisk } from '../run/check-host.ts'
import type { HostFacts } from '../run/host-facts.ts'
import type { Plan } from '../run/plan.ts'
import type { Step } from '../run/step.ts'
import type { PlaceAnswer } from './place-answer.ts'

export type RejoinStepId = LearnerStepId | 'hold-etcd' | 'move-aside' | 'clean-up'

/** A member whose cluster was recovered elsewhere, and what answers around it. Ids of clusters are sixteen hexadecimal digits. */
export interface RejoinFacts extends HostFacts {
  /** As typed: of the cluster that it is to be a member of. */
  readonly clusterId: string
  /** Of the cluster that its data are of; undefined where it has none, or they do not tell. */
  readonly formerClusterId: string | undefined
  readonly marker: StandDownMarker | undefined
  /** Whether this host's own etcd runs. */
  readonly isRunning: boolean
  /** Whether a quorum of the former cluster answers through it. */
  readonly hasQuorum: boolean
  readonly answers: readonly PlaceAnswer[]
  /** The names of members known of before that answer in another cluster than the target, with a quorum or without. */
  readonly awake: readonly string[]
}

export type RejoinPlan = Plan<RejoinStepId, RejoinFacts>

/** Decides whether and how this member comes into the recovered cluster. Throws with the first reason why not (Q2). Pure. */
export function planRejoin(facts: RejoinFacts): RejoinPlan {
  checkRun(facts)
  checkOwn(facts)
  checkFormer(facts)
  checkTarget(facts)
  checkDisk(facts, 0)
  const because = `${facts.own.name} votes already`
  return { facts, steps: rejoinSteps(facts), pointOfNoReturn: { step: 'promote', state: 'done', because } }
}

/** Where the cluster that this member is to be in answers. */
export function targetAnswers({ answers, clusterId }: RejoinFacts): readonly PlaceAnswer[] {
  return answers.filter((answer) => answer.clusterId === clusterId)
}

function checkRun({ progress, arguments: given, marker }: RejoinFacts): void {
  if (marker?.state === 'recovering') {
    throw notNow('a recovery of this host has begun and is not finished', 'let it go on: signet recover')
  }
  if (progress === undefined || progress.arguments === given) return
  const message = 'an interrupted run with other arguments is not finished'
  throw notNow(message, `run it again with the arguments of that run: signet ${progress.arguments}`)
}

function checkOwn({ own, clusterId, formerClusterId, isRunning, hasQuorum, progress, marker }: RejoinFacts): void {
  // The run that goes on has begun to make it a member.
  if (progress !== undefined) return
  if (formerClusterId === clusterId) {
    throw isRunning && marker === undefined
      ? notNow(`${own.name} is a member of the cluster ${clusterId} already`, 'see: signet member list')
      : notNow(
          `${clusterId} is the cluster that ${own.name} has its data of, and not one that was recovered`,
          'take the id from the receipt of the recovery, which was printed on the recovered member',
        )
  }
  if (!hasQuorum) return
  throw notNow(
    `${own.name} sees a quorum of the cluster ${formerClusterId ?? 'of before'}`,
    'it needs no recovery; where another was recovered all the same, stop the old members, each on its host: systemctl stop etcd',
  )
}

// While two of the old members run they serve whoever lists them: their writes would be another history. Where nothing tells
// which cluster was before (a disk that was replaced, an earlier recovery), whatever else answers beside the target is taken for it.
function checkFormer(facts: RejoinFacts): void {
  const { answers, awake, clusterId, formerClusterId } = facts
  const isTargetThere = targetAnswers(facts).length > 0
  const former = answers.filter(
    (answer) => answer.clusterId === formerClusterId || (isTargetThere && answer.clusterId !== clusterId),
  )
  const quorum = former.find(({ hasQuorum }) => hasQuorum)
  if (quorum !== undefined) {
    const id = quorum.clusterId
    const which = id === formerClusterId ? `the former cluster ${id}` : `another cluster, ${id},`
    throw notNow(
      `${which} has a quorum: it answers at ${quorum.url}`,
      'it needs no recovery; where another was recovered all the same, stop the old members, each on its host: systemctl stop etcd',
    )
  }
  const isAwakeTold = isTargetThere || formerClusterId !== undefined
  const who = (isAwakeTold ? awake[0] : undefined) ?? former[0]?.url
  if (who === undefined) return
  const isFormer = formerClusterId !== undefined && former.every((answer) => answer.clusterId === formerClusterId)
  throw notNow(
    `a member of ${isFormer ? `the former cluster ${formerClusterId}` : 'another cluster'} still runs: ${who}`,
    'stop it, on its host: systemctl stop etcd; then run this again',
  )
}

function checkTarget(facts: RejoinFacts): void {
  const { clusterId, answers, own } = facts
  if (targetAnswers(facts).some(({ hasQuorum }) => hasQuorum)) return
  const [other] = answers.filter((answer) => answer.clusterId !== clusterId)
  if (targetAnswers(facts).length > 0) {
    throw new SignetError('try-later', `the cluster ${clusterId} has no quorum at this moment`, {
      hint: 'see on the recovered member: signet member list',
    })
  }
  if (other !== undefined) {
    throw notNow(
      `the member at ${other.url} is of the cluster ${other.clusterId}, not of ${quoteUntrusted(clusterId)}`,
      'compare with the receipt of the recovery, which was printed on the recovered member',
    )
  }
  throw new SignetError('unavailable', `no member of the cluster ${clusterId} answers ${own.name}`, {
    hint: `say where the recovered member is: signet recover --rejoin --cluster=${clusterId} --at=IP`,
  })
}

function notNow(message: string, hint: string): SignetError {
  return new SignetError('refused', message, { hint })
}

function rejoinSteps({ own, clusterId, dataDirectory }: RejoinFacts): readonly Step<RejoinStepId>[] {
  return [
    { id: 'check-cluster', title: `check that the cluster ${clusterId} is healthy` },
    { id: 'hold-etcd', title: 'keep etcd of this host from starting' },
    { id: 'move-aside', title: `move the data of before aside: ${dataDirectory}` },
    { id: 'add-learner', title: `add ${own.name} to the cluster as a learner` },
    { id: 'write-configuration', title: 'write the members into the configuration of etcd' },
    { id: 'start-etcd', title: 'start etcd' },
    { id: 'catch-up', title: 'wait until it has caught up' },
    { id: 'promote', title: 'promote it to a voting member' },
    { id: 'verify', title: 'verify it from every member' },
    { id: 'clean-up', title: 'clean up' },
  ]
}
