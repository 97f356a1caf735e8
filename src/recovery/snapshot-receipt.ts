import * as v from 'valibot'
import type { SnapshotSigner } from './sidecar/verify-signature.ts'

/** What is known of a snapshot when it was taken: where it is, what stands beside it, and who signed that. */
export interface SnapshotReceipt extends SnapshotSidecar {
  readonly file: string
  readonly signedBy: SnapshotSigner | null
  /** Null where it is signed. */
  readonly unsignedBecause: string | null
}

/** etcd says -1 where nothing was ever compacted. */
const decimal = v.pipe(v.string(), v.regex(/^(?:-1|[0-9]{1,20})$/))
const hexadecimal = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))
const shortText = v.pipe(v.string(), v.maxLength(256))
const memberSchema = v.object({ id: hexadecimal, name: shortText, peerUrls: v.array(shortText) })

/** Whose key signed a sidecar, and the signature itself. */
const signatureSchema = v.object({
  certificate: v.pipe(v.string(), v.maxLength(16_384)),
  value: v.pipe(v.string(), v.maxLength(4096), v.base64()),
})

export type SidecarSignature = Readonly<v.InferOutput<typeof signatureSchema>>

/** The sidecar, as it is written and read again. Revisions are text: they may be more than a JSON number holds. */
export const sidecarSchema = v.object({
  time: v.pipe(v.string(), v.isoTimestamp(), v.check(isTime)),
  clusterId: hexadecimal,
  memberId: hexadecimal,
  etcdVersion: shortText,
  /** What etcd held against this member's data when it was asked, such as `CORRUPT`. */
  alarms: v.array(v.pipe(v.string(), v.regex(/^[0-9A-Z_]{1,32}$/))),
  revision: decimal,
  compactRevision: decimal,
  /** etcd's HashKV at the revision, and the compact revision that it holds for; null where etcd did not tell. */
  hashKv: v.nullable(v.object({ hash: v.number(), compactRevision: decimal })),
  /** Null where etcd did not tell. */
  keys: v.nullable(v.number()),
  bytes: v.number(),
  sha256: hexadecimal,
  /** As the member that was asked lists them; none of a learner, which does not tell. */
  members: v.array(memberSchema),
  caPin: shortText,
  /** By the member's key, over everything else that stands here; none in what earlier versions wrote. */
  signature: v.optional(signatureSchema),
})

/** What stands beside a snapshot. */
export type SnapshotSidecar = Readonly<v.InferOutput<typeof sidecarSchema>>

// The form is no proof of the day.
function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text))
}
