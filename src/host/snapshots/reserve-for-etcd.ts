/** What etcd may need of a file system that snapshots are on too. */
export interface SharedFileSystem {
  /** The size of the file system. */
  readonly totalBytes: number
  /** The largest database that etcd takes, where its data are on the same one; undefined where they are not. */
  readonly sharedQuotaBytes: number | undefined
}

/**
 * What snapshots must leave free: etcd's database may grow to its quota, and a member that lags takes in a second one beside it. Of
 * a file system that is too small for that with or without a snapshot, etcd keeps half. Pure.
 */
export function reserveForEtcd({ sharedQuotaBytes, totalBytes }: SharedFileSystem): {
  readonly bytes: number
  readonly why: string
} {
  if (sharedQuotaBytes === undefined) return { bytes: 0, why: '' }
  const half = Math.floor(totalBytes / 2)
  const twice = 2 * sharedQuotaBytes
  return twice <= half ? { bytes: twice, why: 'twice its quota' } : { bytes: half, why: 'half of it' }
}
