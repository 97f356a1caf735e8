import type { RecoverReceipt } from '../recover-receipt.ts'
import { fenceTable, formatFence } from './format-fence.ts'

/** A receipt as an operator reads it: what came of it, and all that is to be done next, in this order. Pure. */
export function formatRecoverReceipt(receipt: RecoverReceipt, fenceFile: string): readonly string[] {
  const {
    name,
    source,
    newClusterId,
    oldClusterId,
    revisionAfter,
    keys,
    hashKv,
    aside,
    lostRevisions,
    logWrites,
    undone,
    steps,
  } = receipt
  const totalMs = steps.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return [
    `${name} serves a new cluster of one, ${newClusterId} (before: ${oldClusterId ?? 'unknown'}); after ${seconds(totalMs)}`,
    `it went on from revision ${source.revision} of ${source.file}${source.takenAt === null ? '' : `, taken ${source.takenAt}`}; now at ${revisionAfter}; ${keys ?? 'no count of'} keys, HashKV ${hashKv ?? 'not told'}`,
    ...(lostRevisions === '0' ? [] : [`revisions that are known to be lost: ${lostRevisions}`]),
    ...(logWrites === null || logWrites === 0
      ? []
      : [`up to ${logWrites} writes that stood in its log alone are not in it, also where they were acknowledged`]),
    ...(aside === null ? [] : [`the data from before, never deleted by Signet: ${aside}`]),
    ...undone.map(
      (path) => `a try before this one may have served, and was undone; what clients wrote to it is kept: ${path}`,
    ),
    ...steps.map(({ title, durationMs }) => `  ${seconds(durationMs)}  ${title}`),
    ...fenceLines(receipt, fenceFile),
    ...apiserverLines(receipt),
    ...rejoinLines(receipt),
    'on the signer, once the members are what they are to be: signet joins close',
  ]
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}

function fenceLines({ members }: RecoverReceipt, fenceFile: string): readonly string[] {
  const gone = members.filter(({ state }) => state === 'gone')
  if (gone.length === 0) return []
  return [
    ...gone.map(
      ({ name, addresses }) => `never start etcd of ${name} (${addresses.join(', ')}) again: wipe it, then let it join`,
    ),
    'one old member that wakes has no quorum, though it answers some reads; two that wake serve whoever lists them: fence them',
    `on this host, on every member and every master: nft -f ${fenceFile}, and at each boot: a line in /etc/nftables.conf: include "${fenceFile}"; it says of these, and still has who was gone before:`,
    ...formatFence(gone)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    ...gone.map(
      ({ name }) =>
        `once ${name} is wiped and comes back: nft delete table inet ${fenceTable(name)}, and take that table out of ${fenceFile}`,
    ),
  ]
}

function apiserverLines({ apiservers, isBumped }: RecoverReceipt): readonly string[] {
  const who = apiservers.length === 0 ? 'none is known here' : apiservers.join(', ')
  return [
    `kube-apiservers (${who}; there may be more): start them now, where they are stopped; restart each that ran through this`,
    'then, on every master, kube-scheduler and kube-controller-manager; then kubelet on every node',
    ...(isBumped
      ? []
      : ['revisions were not raised: restart whatever watches Kubernetes, too: kube-proxy, CNI, operators']),
  ]
}

function rejoinLines({ members, newClusterId }: RecoverReceipt): readonly string[] {
  const stoodDown = members.filter(({ state }) => state === 'stood-down')
  return stoodDown.map(({ name }) => `on ${name}: signet recover --rejoin --cluster=${newClusterId}`)
}

/** The members that are gone, and of which root has not said that they are off or fenced. Pure. */
export function unconfirmedOf({ members }: RecoverReceipt): RecoverReceipt['members'] {
  return members.filter(({ state, isConfirmed }) => state === 'gone' && !isConfirmed)
}
