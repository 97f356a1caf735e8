import { memberAddresses } from '../../cluster/member-addresses.ts'
import { countOf } from '../../core/count-of.ts'
import { SignetError } from '../../core/signet-error.ts'
import { tellSpan } from '../../core/tell-span.ts'
import type { HostWorld } from '../host-world.ts'
import type { RecoverReceipt } from '../recover/recover-receipt.ts'
import type { StepDuration } from '../run/step.ts'
import type { RefoundFacts } from './plan-refound.ts'
import type { StoreProof } from './prove-writes.ts'

/** A cluster that was founded anew, from a snapshot. */
export interface Refounded {
  readonly facts: RefoundFacts
  readonly receipt: RecoverReceipt
}

/** What a founding has shown when all its steps were done. */
export interface RefoundOutcome {
  readonly proof: StoreProof | undefined
  /** Of the new cluster. */
  readonly token: string
  readonly steps: readonly StepDuration[]
  readonly nowMs: number
}

/** What was done, as the host keeps it and operator and programs are told it. Pure. */
export function composeRefounded(facts: RefoundFacts, { proof, token, steps, nowMs }: RefoundOutcome): Refounded {
  if (proof === undefined) throw new SignetError('internal', 'the store was not proven')
  const { own, snapshot } = facts
  const { sidecar, signedBy, file, revision } = snapshot
  const receipt: RecoverReceipt = {
    version: 1,
    time: new Date(nowMs).toISOString(),
    name: own.name,
    address: own.address,
    source: { kind: 'snapshot', file, takenAt: sidecar?.time ?? null, signedBy: signedBy?.member ?? null, revision },
    revisionAfter: proof.revision,
    isBumped: true,
    keys: null,
    hashKv: null,
    logWrites: null,
    undone: [],
    oldClusterId: sidecar?.clusterId ?? null,
    newClusterId: proof.clusterId,
    token,
    aside: null,
    // By founding anew root has said that all of them are lost.
    members: (sidecar?.members ?? []).map(({ name, peerUrls }) => ({
      ...{ name, state: 'gone', addresses: [...memberAddresses({ peerUrls })], revision: null, isConfirmed: true },
    })),
    apiservers: [...proof.apiservers],
    lostRevisions: '0',
    steps: steps.map((step) => ({ ...step })),
  }
  return { facts, receipt }
}

/** What is known to be lost: whatever was written after the snapshot. Pure. */
export function tellLoss({ snapshot: { sidecar, signedBy, revision }, nowMs }: RefoundFacts): readonly string[] {
  const by = signedBy === null ? 'signed by nobody' : `signed by ${signedBy.member}`
  if (sidecar === null) return [`from the snapshot: revision ${revision}, ${by}, of a time that nobody tells`]
  const age = tellSpan(Math.max(0, nowMs - Date.parse(sidecar.time)))
  return [
    `from the snapshot: revision ${revision} of the cluster ${sidecar.clusterId}, taken ${sidecar.time}, ${age} ago, ${by}`,
    `lost: all that was written since then, for ${age} at most`,
  ]
}

/** What the operator does next, on the cluster that was founded anew. */
export function formatRefounded(
  { facts, receipt }: Refounded,
  { etcdPorts }: Pick<HostWorld, 'etcdPorts'>,
): readonly string[] {
  const { own, settings, ca } = facts
  const { members = [] } = settings
  const port = settings.embeddedPort === undefined ? '' : ` --port=${settings.embeddedPort}`
  return [
    `${own.name} is the first member of the new cluster ${receipt.newClusterId}, and the signer; a write was read again at revision ${receipt.revisionAfter}`,
    ...tellLoss(facts),
    `the CA is as it was: ${ca.pin}`,
    ...tellFormer(receipt, own.name),
    `masters, one by one: 1. stop kube-apiserver${tellApiservers(receipt)}; 2. signet request --signer-ip=${own.address} --pin=${ca.pin}${port}; 3. give it --etcd-servers=https://${own.address}:${etcdPorts.client}; 4. start it, then restart kube-controller-manager, kube-scheduler and kubelet`,
    `joins are closed, for ${countOf(members.length, 'listed member')}: ${members.map(({ name, address }) => `${name} at ${address}`).join(', ')}; for any other host, here: signet joins open --for=1h`,
    'the journal is new: who holds which name is known from here on, and a master counts again once it has asked',
    `add a member, on its own host: /root/setup/first-boot.sh join --signer-ip=${own.address} --pin=${ca.pin}${port}`,
  ]
}

// What is not so lost as it seemed would serve the old cluster to whoever lists two of its members.
function tellFormer({ members }: RecoverReceipt, ownName: string): readonly string[] {
  const others = members.filter(({ name }) => name !== ownName)
  if (others.length === 0) return []
  const named = others.map(({ name, addresses }) => `${name} (${addresses.join(', ')})`).join(', ')
  return [`never start the etcd of these again as it was, should one turn up; wipe it first: ${named}`]
}

function tellApiservers({ apiservers }: RecoverReceipt): string {
  if (apiservers.length === 0) return ' (which there are, the database does not tell)'
  return ` (the database knows ${apiservers.join(', ')}; there may be more)`
}

/** What a program is told of it: `init`'s fields, and the receipt. */
export function refoundedJson({ facts, receipt }: Refounded, { layout }: Pick<HostWorld, 'layout'>): object {
  const { own, settings, ca } = facts
  const { name, address } = own
  const port = settings.embeddedPort === undefined ? '' : ` --port=${settings.embeddedPort}`
  const join = `/root/setup/first-boot.sh join --signer-ip=${address} --pin=${ca.pin}${port}`
  const { networks, members } = settings
  return { name, address, networks, members, pin: ca.pin, join, caKey: layout.caKey, receipt, steps: receipt.steps }
}
