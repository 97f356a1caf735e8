import { memberUrlAddress } from '../../../etcd/member-url.ts'
import type { StepDuration } from '../../run/step.ts'
import { addressesOf } from '../former-members.ts'
import type { RecoverPlan } from '../plan-recover.ts'
import type { ReceiptMember, RecoverReceipt } from '../recover-receipt.ts'
import type { NewCluster } from '../recover-run.ts'

/** What a recovery has come to. */
export interface RecoverOutcome {
  readonly plan: RecoverPlan
  readonly created: NewCluster
  readonly revisionAfter: string
  readonly token: string
  readonly hadData: boolean
  readonly undone: readonly string[]
  readonly steps: readonly StepDuration[]
  readonly nowMs: number
}

/** The receipt of a recovery whose cluster serves; nobody has confirmed yet that the members that are gone are off. Pure. */
export function composeRecoverReceipt(outcome: RecoverOutcome): RecoverReceipt {
  const { plan, created, revisionAfter, token, hadData, undone, steps, nowMs } = outcome
  const { facts, goneMembers, survivors, lostRevisions } = plan
  const { own, source, marker, place, apiservers } = facts
  const gone = goneMembers.map((member): ReceiptMember => {
    return { name: member.name, state: 'gone', addresses: [...addressesOf(member)], revision: null, isConfirmed: false }
  })
  const stoodDown = survivors.map((member): ReceiptMember => {
    const revision = `${member.revision}`
    return { name: member.name, state: 'stood-down', addresses: [...addressesOf(member)], revision, isConfirmed: false }
  })
  return {
    version: 1,
    time: new Date(nowMs).toISOString(),
    name: own.name,
    address: memberUrlAddress(own.peerUrls[0] ?? '') ?? '',
    source: {
      kind: source.kind,
      file: source.file,
      takenAt: source.takenAt ?? null,
      signedBy: source.signedBy ?? null,
      revision: `${source.revision}`,
    },
    revisionAfter,
    isBumped: BigInt(revisionAfter) > source.revision,
    keys: created.keys ?? null,
    hashKv: created.hashKv ?? null,
    oldClusterId: marker.clusterId,
    newClusterId: created.clusterId,
    token,
    aside: hadData ? place.aside : null,
    undone: [...undone],
    members: [...gone, ...stoodDown],
    apiservers: [...new Set([...apiservers, ...created.masterLeases])].toSorted(),
    lostRevisions: `${lostRevisions}`,
    logWrites: marker.logWrites ?? null,
    steps: steps.map(({ id, title, durationMs }) => ({ id, title, durationMs })),
  }
}
