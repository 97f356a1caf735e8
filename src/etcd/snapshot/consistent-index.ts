import { bucketAt, find, openDatabase, type ReadAt, readValue, unreadable } from './bolt-database.ts'

/**
 * Up to which entry of the log a member's database has everything (`consistent_index` in the bucket `meta`,
 * server/etcdserver/cindex/cindex.go). Throws `bad-data` where it does not tell.
 */
export async function readConsistentIndex(readAt: ReadAt): Promise<number> {
  const database = await openDatabase(readAt)
  const entry = await find(database, await bucketAt(database, database.root, 'meta'), 'consistent_index')
  const value = entry === undefined ? undefined : await readValue(database, entry)
  if (value?.length !== 8) throw unreadable('the consistent index')
  return Number(value.readBigUInt64BE(0))
}
