import { alarmsOf } from '../../cluster/cluster-alarm.ts'
import {
  type ClusterView,
  describeFault,
  isHealthy,
  type MemberView,
  memberLabel,
  votersOf,
} from '../../cluster/cluster-view.ts'
import type { RaftLog } from '../../cluster/read-raft-log.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import {
  formatMinor,
  type MinorVersion,
  minorOf,
  parseMemberVersion,
  refusedV2Entries,
} from '../../etcd/versions/upgrade-rules.ts'
import type { Plan, PointOfNoReturn, RunFacts } from '../run/plan.ts'
import type { Step } from '../run/step.ts'
import { checkTarget } from './check-target.ts'

export type UseStepId = 'save-snapshot' | 'raft-snapshot' | 'hand-over' | 'switch' | 'restart' | 'verify'

/** Binaries in a directory. */
export interface EtcdInPlace {
  readonly directory: string
  readonly version: EtcdVersion
}

/** How this member and its cluster are before it moves to other binaries. */
export interface UseFacts extends RunFacts {
  readonly name: string
  readonly target: EtcdInPlace
  /** Where the link leads, or led when the run began that is continued; without a version where that etcd is gone. */
  readonly previous: { readonly directory: string; readonly version: EtcdVersion | undefined }
  /** What runs; undefined where it does not answer. */
  readonly running: EtcdVersion | undefined
  readonly view: ClusterView
  readonly cluster: MinorVersion
  /** This member's own; undefined where the target reads whatever is in it. */
  readonly log: RaftLog | undefined
}

export interface UsePlan extends Plan<UseStepId, UseFacts> {
  /** The binaries run already. */
  readonly isDone: boolean
  readonly warnings: readonly string[]
}

/** Decides whether and how this member moves to the target. Throws why not. */
export function planUse(facts: UseFacts): UsePlan {
  checkRun(facts)
  const isDone = !isContinued(facts) && runsAlready(facts)
  if (!isDone) {
    checkCluster(facts)
    checkTarget(facts, votersBesides(facts))
  }
  return {
    facts,
    isDone,
    steps: isDone ? [] : useSteps(facts),
    pointOfNoReturn: pointOf(facts),
    warnings: warningsOf(facts),
  }
}

/** Whether the link may lead to the target since an earlier run. */
function isContinued({ progress }: Pick<UseFacts, 'progress'>): boolean {
  return progress !== undefined && !progress.isFinished && progress.started.includes('switch')
}

/** The index up to which a raft snapshot has to reach before the target starts; undefined where there is nothing to do. */
export function unreadableUpTo({ target, log }: Pick<UseFacts, 'target' | 'log'>): number | undefined {
  if (log === undefined) return undefined
  const refused = refusedV2Entries(target.version)
  const indexes = [refused === 'all' ? log.membershipV2 : undefined, refused === 'none' ? undefined : log.foreignV2]
  const known = indexes.flatMap((index) => index ?? [])
  return known.length === 0 ? undefined : Math.max(...known)
}

/** The voting members besides this one. */
export function votersBesides({ view, name }: Pick<UseFacts, 'view' | 'name'>): readonly MemberView[] {
  return votersOf(view).filter(({ member }) => member.name !== name)
}

/** Whether the binaries that ran before are there to go back to. */
function hasWayBack({ previous, target }: Pick<UseFacts, 'previous' | 'target'>): boolean {
  return previous.directory !== target.directory && previous.version !== undefined
}

/** Whether an interrupted run has restarted this member by now: its etcd says the target's version, which the one before has not. */
export function runsTarget(facts: UseFacts): boolean {
  const { previous, target, running } = facts
  const wasOther = previous.version === undefined || formatVersion(previous.version) !== formatVersion(target.version)
  return (
    isContinued(facts) && wasOther && running !== undefined && formatVersion(running) === formatVersion(target.version)
  )
}

function runsAlready({ previous, target, running }: UseFacts): boolean {
  const isSame = running !== undefined && formatVersion(running) === formatVersion(target.version)
  return previous.directory === target.directory && isSame
}

function checkRun(facts: UseFacts): void {
  const { progress, arguments: given } = facts
  if (progress === undefined || !isContinued(facts) || progress.arguments === given) return
  throw new SignetError('refused', 'a move to other binaries was interrupted and is not finished', {
    hint: `run that one again: signet ${progress.arguments}`,
  })
}

/** Refuses while etcd has raised an alarm: with NOSPACE it takes no writes, and with CORRUPT nobody knows whose data are right. */
export function refuseAlarm(view: ClusterView): void {
  const [alarm] = alarmsOf(view)
  if (alarm === undefined) return
  throw new SignetError('try-later', `no member moves to other binaries with ${alarm.what}: ${alarm.why}`, {
    hint: alarm.fix,
  })
}

function checkCluster(facts: UseFacts): void {
  const { view, name } = facts
  refuseAlarm(view)
  const learner = view.members.find(({ member }) => member.isLearner)
  if (learner !== undefined) {
    const label = memberLabel(learner.member)
    throw new SignetError('try-later', `no member moves to other binaries while ${label} is a learner`, {
      hint: 'let its join end first; see: signet member list',
    })
  }
  const isAway = (member: MemberView): boolean => member.member.name === name && isContinued(facts)
  const sick = view.members.find((member) => !isHealthy(member) && !isAway(member))
  if (sick === undefined) return
  const label = memberLabel(sick.member)
  throw new SignetError(
    'try-later',
    `no member moves to other binaries while ${label} is not healthy: ${describeFault(sick)}`,
    {
      hint: `start its etcd, or take it out: signet member remove ${sick.member.name || label}`,
    },
  )
}

function useSteps(facts: UseFacts): readonly Step<UseStepId>[] {
  const { name, target } = facts
  const others = votersBesides(facts)
  const version = formatVersion(target.version)
  const steps: readonly (Step<UseStepId> | undefined)[] = [
    { id: 'save-snapshot', title: "save a verified snapshot of this member's data" },
    unreadableUpTo(facts) === undefined
      ? undefined
      : {
          id: 'raft-snapshot',
          title: `have etcd take a raft snapshot, since ${version} cannot read the log before it`,
        },
    others.length === 0
      ? undefined
      : { id: 'hand-over', title: 'see that all others serve, and that one of them leads' },
    { id: 'switch', title: `make etcd ${version} in ${target.directory} the one that ${name} runs` },
    { id: 'restart', title: 'restart etcd' },
    { id: 'verify', title: 'wait until every member has it back' },
  ]
  return steps.flatMap((step) => step ?? [])
}

// Before it the old binaries come back by themselves.
function pointOf(facts: UseFacts): PointOfNoReturn<UseStepId> {
  if (hasWayBack(facts)) return { step: 'verify', state: 'done' }
  return { step: 'restart', state: 'started', because: 'the binaries that it ran before are no longer there' }
}

/** Whether this member is the last one to move, and the cluster takes up the target's version once it has. */
export function raisesCluster({ view, name, target, cluster }: Pick<UseFacts, 'view' | 'name' | 'target' | 'cluster'>) {
  const minor = minorOf(target.version)
  const versions = votersBesides({ view, name }).flatMap(
    ({ status }) => parseMemberVersion(status?.version ?? '') ?? [],
  )
  return minor > minorOf(cluster) && versions.every((one) => minorOf(one) >= minor)
}

function warningsOf(facts: UseFacts): readonly string[] {
  const { target, previous } = facts
  const others = votersBesides(facts)
  const minor = formatMinor(minorOf(target.version))
  return [
    ...(others.length === 0 ? ['this is the only voting member: writes stand still while it restarts'] : []),
    ...(others.length === 1 ? ['of two voting members none may be away: writes stand still while it restarts'] : []),
    ...(raisesCluster(facts)
      ? [`it is the last one to move: the cluster takes up ${minor} then, and nothing goes back`]
      : []),
    ...(hasWayBack(facts) ? [] : [`what it runs now is not in ${previous.directory} any more: there is no way back`]),
  ]
}
