import { formatBytes } from '../../core/byte-count.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import type { DrillComparison } from './compare-drill.ts'
import type { DrillReceipt } from './drill-receipt.ts'
import type { DrillPlan } from './read-drill-plan.ts'

/** What a drill will do and what it takes, for people. */
export function formatDrillPlan({ file, identity, fileBytes, needs, etcd, tool }: DrillPlan): readonly string[] {
  const seconds = Math.ceil(needs.expectedMs / 1000)
  const decrypted = identity === undefined ? '' : 'decrypts and '
  return [
    `it ${decrypted}restores ${file} (${formatBytes(fileBytes)}) by ${tool.name} ${tool.version}, and starts etcd ${formatVersion(etcd.version)} from it`,
    `it takes about ${seconds} s, and ${formatBytes(needs.neededBytes)} of the disk until it ends; memory about as much as the file`,
    "this host's own etcd is neither asked nor changed",
  ]
}

const names: Readonly<Record<DrillComparison['what'], string>> = {
  revision: 'revision',
  keys: 'keys',
  hashKv: 'HashKV',
  read: 'read',
  written: 'written',
}

const results: Readonly<Record<DrillComparison['result'], string>> = {
  same: 'ok',
  differs: 'DIFFERS',
  'not-comparable': 'not comparable',
}

/** What a drill proved, for people. */
export function formatDrill(receipt: DrillReceipt): string {
  const { file, time, takenAt, takenOf, restoredWith, etcdVersion, comparisons, durations } = receipt
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
  const taken = takenAt === null ? 'nothing beside it tells when' : `taken ${takenAt} of etcd ${takenOf}`
  return `${[
    `drill      ${time}`,
    `file       ${file}`,
    `snapshot   ${taken}`,
    `signed     ${formatSigner(receipt)}`,
    `restored   by ${restoredWith}, started by etcd ${etcdVersion}`,
    ...comparisons.map(({ what, result, detail }) => `${names[what].padEnd(10)} ${results[result]}: ${detail}`),
    `took       ${seconds(durations.totalMs)}: restoring ${seconds(durations.restoreMs)}, until etcd answered ${seconds(durations.startMs)}, reading ${seconds(durations.readMs)}`,
    'proven     etcd starts from it and serves what was saved',
  ].join('\n')}\n`
}

function formatSigner({ signedBy, signature }: DrillReceipt): string {
  if (signedBy !== null) return `by the member ${signedBy.member}`
  return signature === 'none' ? 'by nobody' : 'by somebody; there is no CA here to judge it by'
}
