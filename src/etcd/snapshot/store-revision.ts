import {
  bucketAt,
  type Database,
  find,
  findLast,
  openDatabase,
  type ReadAt,
  readValue,
  unreadable,
} from './bolt-database.ts'

/** Where the store in a database stands. */
export interface StoreRevision {
  readonly revision: bigint
  /** Up to where revisions were compacted; 0 where they never were. */
  readonly compactRevision: bigint
}

/**
 * The revision to which a store restored from this database would come, read from the file itself: that of its last key, or
 * the one that was compacted last where it is later (etcd's mvcc/kvstore.go, `restore`). Throws `bad-data`.
 */
export async function readStoreRevision(readAt: ReadAt): Promise<StoreRevision> {
  const database = await openDatabase(readAt)
  const { root } = database
  const last = await findLast(database, await bucketAt(database, root, 'key'))
  const compacted = await bucketAt(database, root, 'meta')
  const compactRevision = later(
    await readRevision(database, compacted, 'scheduledCompactRev'),
    await readRevision(database, compacted, 'finishedCompactRev'),
  )
  // A store begins at 1, without any key.
  const revision = later(last === undefined ? 1n : mainOf(last.key), compactRevision)
  return { revision, compactRevision }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other
}

// mvcc/revision.go: the revision of a change, then the change's place in its transaction, and a mark of what was deleted.
function mainOf(bytes: Buffer): bigint {
  if (bytes.length < 17) throw unreadable('a revision')
  return bytes.readBigUInt64BE(0)
}

async function readRevision(database: Database, bucket: number, key: string): Promise<bigint> {
  const entry = await find(database, bucket, key)
  if (entry === undefined) return 0n
  return mainOf(await readValue(database, entry))
}
