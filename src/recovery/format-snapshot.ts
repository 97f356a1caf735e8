import type { SnapshotReceipt } from './snapshot-receipt.ts'
import type { VerifiedSnapshot } from './verify-snapshot.ts'

/** What was taken, for people. */
export function formatTaken(receipt: SnapshotReceipt): readonly string[] {
  const { revision, keys, bytes, members, alarms, signedBy, unsignedBecause } = receipt
  const counted = keys === null ? 'keys not counted' : `${keys} keys`
  return [
    `saved revision ${revision} of a cluster of ${members.length}: ${counted}, ${bytes} bytes, their SHA-256 as etcd computed it`,
    signedBy === null ? `nobody signed its sidecar: ${unsignedBecause}` : `signed by ${signedBy.member}`,
    ...doubtsOf(alarms),
    'it holds every secret of Kubernetes: keep it where root alone reads it, and a copy away from this host',
  ]
}

/** What is proven of a snapshot, and what is not. */
export function formatVerified(verified: VerifiedSnapshot): string {
  const { file, revision, compactRevision, bytes, sha256, sidecar } = verified
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
    `signature   ${signatureOf(verified)}`,
    ...doubtsOf(sidecar?.alarms ?? []).map((doubt) => `doubt       ${doubt}`),
    'proven      it is whole, and unchanged since it was made: the SHA-256 that ends it is that of its bytes',
    `not proven  ${verified.signedBy === null ? 'who made it; ' : ''}that etcd starts from it: try a restore on another host`,
  ].join('\n')}\n`
}

function signatureOf({ signedBy, signature, sidecar }: VerifiedSnapshot): string {
  if (signedBy !== null) return `by ${signedBy.member}, certificate SHA256:${signedBy.certificateSha256.toUpperCase()}`
  if (signature === 'none') return sidecar === null ? 'none' : 'none: whoever could write here can have made it'
  return 'not judged, for there is no ca.crt here: name that of its cluster with --ca=FILE'
}

// What is sent whole may be wrong all the same.
function doubtsOf(alarms: readonly string[]): readonly string[] {
  if (!alarms.includes('CORRUPT')) return []
  return ['etcd found the data of this member to differ from the others (alarm CORRUPT): save another member too']
}

function keysOf(keys: number | null): string {
  return keys === null ? '' : `, ${keys} keys`
}
