import { SignetError } from '../../../core/signet-error.ts'
import type { Plan, RunFacts } from '../../run/plan.ts'
import type { Step } from '../../run/step.ts'
import type { MemberAnswer } from '../former-members.ts'
import type { OwnEtcd } from '../own-etcd.ts'
import { refuseOtherCluster } from '../refuse-other-cluster.ts'
import type { FormerMember, StandDownMarker } from '../stand-down-marker.ts'
import type { OwnMemberSeen } from './watch-own-member.ts'

export type StandDownStepId = 'save-snapshot' | 'mark' | 'stop' | 'record'

/** How this member, and what can be seen of the others, are before it stands down. */
export interface StandDownFacts extends RunFacts {
  readonly own: OwnEtcd
  readonly seen: OwnMemberSeen
  /** Of an earlier run. */
  readonly marker: StandDownMarker | undefined
  /** Whether what that run kept is where it says. */
  readonly isKeptThere: boolean
  readonly clusterId: string | undefined
  readonly memberId: string | undefined
  /** All that are known, this one too. */
  readonly members: readonly FormerMember[]
  /** What the others do. */
  readonly others: readonly MemberAnswer[]
  readonly clients: readonly string[]
  readonly masterLeases: readonly string[]
}

export interface StandDownPlan extends Plan<StandDownStepId, StandDownFacts> {
  /** It has stood down before, and nothing of it is missing. */
  readonly isDone: boolean
}

/** Decides whether this member may stand down. Throws `refused` while there is a quorum. Pure. */
export function planStandDown(facts: StandDownFacts): StandDownPlan {
  refuseOtherRun(facts)
  refuseQuorum(facts)
  refuseOtherCluster(facts.others, facts.clusterId)
  const isDone = facts.isKeptThere && facts.seen.state === 'stopped'
  return {
    facts,
    isDone,
    steps: isDone ? [] : standDownSteps(facts),
    pointOfNoReturn: { step: 'stop', state: 'done' },
  }
}

function refuseOtherRun({ marker }: StandDownFacts): void {
  if (marker === undefined || marker.state === 'stood-down') return
  const command = marker.state === 'recovering' ? 'signet recover' : 'signet recover --rejoin --cluster=ID'
  throw new SignetError('refused', `a run of ${command} was interrupted on this host, and its data may be half moved`, {
    hint: `run that one again, with the same arguments: ${command}`,
  })
}

function refuseQuorum({ own, seen, others, clusterId }: StandDownFacts): void {
  if (seen.state === 'well') {
    throw new SignetError('refused', `${own.name} sees a quorum: nothing is to be recovered`, {
      hint: 'see who is away: signet member list; take out a member that is lost: signet member remove NAME',
    })
  }
  const led = others.find((other) => other.knowsRaftLeader && isSame(other.clusterId, clusterId))
  if (led === undefined) return
  const hint =
    seen.state === 'stopped'
      ? 'start the etcd of this host: systemctl start etcd; where it does not come up: journalctl -u etcd -n 50'
      : `see why this member does not reach it: journalctl -u etcd -n 50; on ${led.name}: signet member list`
  throw new SignetError('refused', `${led.name} has a quorum: the cluster lives without this member`, { hint })
}

// Where this host cannot tell its own, a member that has a quorum is taken for one of the same.
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined || one === other
}

function standDownSteps({ seen, marker }: StandDownFacts): readonly Step<StandDownStepId>[] {
  const answers = seen.state === 'alone' && marker === undefined
  const steps: readonly (Step<StandDownStepId> | undefined)[] = [
    answers ? { id: 'save-snapshot', title: "save a verified snapshot of this member's data" } : undefined,
    { id: 'mark', title: 'keep etcd from starting on this host, also at a boot' },
    { id: 'stop', title: 'stop etcd' },
    { id: 'record', title: 'read how far its data go' },
  ]
  return steps.flatMap((step) => step ?? [])
}
