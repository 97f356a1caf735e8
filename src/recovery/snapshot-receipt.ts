import * as v from 'valibot'

/** What is known of a snapshot when it was taken; its sidecar holds all but where the file is. */
export interface SnapshotReceipt extends SnapshotSidecar {
  readonly file: string
}

/** etcd says -1 where nothing was ever compacted. */
const decimal = v.pipe(v.string(), v.regex(/^(?:-1|[0-9]{1,20})$/))
const hexadecimal = v.pipe(v.string(), v.regex(/^[0-9a-f]{1,64}$/))
const shortText = v.pipe(v.string(), v.maxLength(256))
const memberSchema = v.object({ id: hexadecimal, name: shortText, peerUrls: v.array(shortText) })

/** The sidecar, as it is written and read again. Revisions are text: they may be more than a JSON number holds. */
export const sidecarSchema = v.object({
  time: v.pipe(v.string(), v.isoTimestamp()),
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
  signature: v.optional(
    v.object({
      certificate: v.pipe(v.string(), v.maxLength(16_384)),
      value: v.pipe(v.string(), v.maxLength(4096), v.base64()),
    }),
  ),
})

/** What stands beside a snapshot. */
export type SnapshotSidecar = Readonly<v.InferOutput<typeof sidecarSchema>>
