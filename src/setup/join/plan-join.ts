import type { ToldStatus } from '../../client/ask/ask-status.ts'
import type { Signer } from '../../client/ask/signer.ts'
import { noticeableSkewMs } from '../../client/skew-limits.ts'
import { SignetError } from '../../core/signet-error.ts'
import { checkHost } from '../run/check-host.ts'
import type { HostFacts } from '../run/host-facts.ts'
import type { Plan } from '../run/plan.ts'
import type { Step } from '../run/step.ts'

export type JoinStepId =
  | 'fetch-ca'
  | 'make-key'
  | 'obtain-certificate'
  | 'check-cluster'
  | 'add-learner'
  | 'write-configuration'
  | 'start-etcd'
  | 'catch-up'
  | 'promote'
  | 'verify'
  | 'renew'
  | 'clean-up'

/** This host as it was found, and what its signer said. Pins are `SHA256:` and hex. */
export interface JoinFacts extends HostFacts, ToldStatus {
  /** Who key and certificates belong to; whoever runs this where it is not given. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined
  readonly signer: Signer
  /** What the operator gave by `--pin`. */
  readonly expectedPin?: string | undefined
  /** Whether any host may join; undefined where the signer does not tell. */
  readonly areJoinsOpen?: boolean | undefined
  /** Whether `signet.yaml` lists this host's name at its address; undefined where the signer does not tell. */
  readonly listsOwnPair?: boolean | undefined
}

/** A join that may go on. */
export type JoinPlan = Plan<JoinStepId, JoinFacts>

/** Decides whether and how this host joins. Throws with the first reason why not. */
export function planJoin(facts: JoinFacts): JoinPlan {
  checkHost(facts)
  checkSigner(facts)
  const because = `${facts.own.name} votes already`
  return { facts, steps: joinSteps(facts), pointOfNoReturn: { step: 'promote', state: 'done', because } }
}

/** Refuses whoever answers in the signer's place: they have another CA, and would be given the run of this host's etcd. */
export function checkPin({ signer, status, expectedPin }: Pick<JoinFacts, 'signer' | 'status' | 'expectedPin'>): void {
  if (expectedPin === undefined || expectedPin === status.pin) return
  throw new SignetError('refused', `the signer at ${signer.address} has another CA than --pin says: ${status.pin}`, {
    hint: 'compare with what init printed on the signer: signet status',
  })
}

function checkSigner(facts: JoinFacts): void {
  const { clockSkewMs, progress } = facts
  checkPin(facts)
  // A run that has its certificate goes on: what is left of it is for the authority to decide.
  if (progress?.done.includes('obtain-certificate') !== true) refuseClosedJoins(facts)
  if (Math.abs(clockSkewMs) <= noticeableSkewMs) return
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
  const message = `the clock of this host is ${seconds} s ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the signer's`
  throw new SignetError('try-later', message, { hint: 'set both clocks: timedatectl set-ntp true; then run it again' })
}

function refuseClosedJoins({ signer, areJoinsOpen, listsOwnPair, own }: JoinFacts): void {
  if (areJoinsOpen !== false || listsOwnPair !== false) return
  throw new SignetError('refused', `joins are closed, and ${own.name} at ${own.address} is not one of the members`, {
    hint: `on the signer ${signer.address}: signet joins open --for 1h; or there in signet.yaml, under members: ${own.name}: ${own.address}`,
  })
}

function joinSteps({ own, signer }: JoinFacts): readonly Step<JoinStepId>[] {
  return [
    { id: 'fetch-ca', title: `fetch the CA certificate from ${signer.address}` },
    { id: 'make-key', title: 'make the key of this host' },
    { id: 'obtain-certificate', title: `obtain a certificate for ${own.name} at ${own.address}` },
    { id: 'check-cluster', title: 'check that the cluster is healthy' },
    { id: 'add-learner', title: `add ${own.name} to the cluster as a learner` },
    { id: 'write-configuration', title: 'write the configuration of etcd' },
    { id: 'start-etcd', title: 'start etcd' },
    { id: 'catch-up', title: 'wait until it has caught up' },
    { id: 'promote', title: 'promote it to a voting member' },
    { id: 'verify', title: 'verify it from every member' },
    { id: 'renew', title: 'renew the certificate into its full lifetime' },
    { id: 'clean-up', title: 'clean up' },
  ]
}
