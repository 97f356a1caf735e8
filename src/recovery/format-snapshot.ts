import type { SnapshotReceipt } from './snapshot-receipt.ts'
import type { VerifiedSnapshot } from './verify-snapshot.ts'

/** What was taken, for people. */
export function formatTaken({ revision, keys, bytes, members }: SnapshotReceipt): readonly string[] {
  const counted = keys === null ? 'keys not counted' : `${keys} keys`
  return [
    `saved revision ${revision} of a cluster of ${members.length}: ${counted}, ${bytes} bytes, their SHA-256 as etcd computed it`,
    'it holds every secret of Kubernetes in it: keep it where root alone reads it, and a copy away from this host',
  ]
}

/** What is proven of a snapshot, and what is not. */
export function formatVerified({ file, revision, compactRevision, bytes, sha256, sidecar }: VerifiedSnapshot): string {
  const beside =
    sidecar === null
      ? 'none beside it'
      : `agrees: taken ${sidecar.time} of member ${sidecar.memberId} in cluster ${sidecar.clusterId}${keysOf(sidecar.keys)}`
  return `${[
    `file        ${file}`,
    `bytes       ${bytes}`,
    `sha256      ${sha256}`,
    `revision    ${revision}, compacted up to ${compactRevision}`,
    `sidecar     ${beside}`,
    'proven      these are the bytes that a member sent, whole and unchanged: its SHA-256 ends the file',
    'not proven  who sent them (nothing is signed), and that etcd starts from them: try a restore on another host',
  ].join('\n')}\n`
}

function keysOf(keys: number | null): string {
  return keys === null ? '' : `, ${keys} keys`
}
