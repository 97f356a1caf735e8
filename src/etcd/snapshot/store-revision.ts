import { SignetError } from '../../core/signet-error.ts'

/** Reads so many bytes at an offset of a database; fewer where it ends before. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** Where the store in a database stands. */
export interface StoreRevision {
  readonly revision: bigint
  /** Up to where revisions were compacted; 0 where they never were. */
  readonly compactRevision: bigint
}

/** A list of elements in the database: a page of its own, or a small bucket's within its parent's. */
interface ElementList {
  readonly offset: number
  readonly isLeaf: boolean
  readonly elements: Buffer
}

interface Database {
  readonly readAt: ReadAt
  readonly pageBytes: number
}

interface Entry {
  readonly key: Buffer
  readonly isBucket: boolean
  readonly valueAt: number
  readonly valueBytes: number
}

const headerBytes = 16
const elementBytes = 16
const branchFlag = 0x01
const leafFlag = 0x02
/** Of a million keys the tree is four pages deep; a file that leads in circles must end. */
const deepest = 12
/** Above every key of ours: etcd's own are two words at most. */
const mostKeyBytes = 4096

/**
 * The revision to which a store restored from this database would come, read from the file itself: that of its last key, or
 * the one that was compacted last where it is later (etcd's mvcc/kvstore.go, `restore`). As much of bbolt's format as that
 * takes: bbolt's page.go and bucket.go, version 2, the same from etcd 3.4 to 3.7. Throws `bad-data`.
 */
export async function readStoreRevision(readAt: ReadAt): Promise<StoreRevision> {
  const meta = await read({ readAt, pageBytes: 0 }, headerBytes, 64)
  const pageBytes = meta.readUInt32LE(8)
  if (meta.readUInt32LE(4) !== 2 || pageBytes < 512 || pageBytes > 65_536) throw unreadable('its first page')
  const database = { readAt, pageBytes }
  const root = pageAt(database, meta.readBigUInt64LE(16))
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
  return mainOf(await read(database, entry.valueAt, Math.min(entry.valueBytes, mostKeyBytes)))
}

// A bucket's value is the page of its root; that of a small one is 0, and its only page follows (bbolt, `Bucket.inline`).
async function bucketAt(database: Database, root: number, name: string): Promise<number> {
  const entry = await find(database, root, name)
  if (entry?.isBucket !== true) throw unreadable(`the bucket "${name}"`)
  const value = await read(database, entry.valueAt, headerBytes)
  const page = value.readBigUInt64LE(0)
  return page === 0n ? entry.valueAt + headerBytes : pageAt(database, page)
}

async function find(database: Database, root: number, name: string): Promise<Entry | undefined> {
  const wanted = Buffer.from(name)
  let list = await readList(database, root)
  for (let depth = 0; !list.isLeaf; depth += 1) list = await descend(database, list, { wanted, depth })
  for (let index = 0; index < countOf(list); index += 1) {
    const entry = await readEntry(database, list, index)
    if (entry.key.equals(wanted)) return entry
  }
  return undefined
}

async function findLast(database: Database, root: number): Promise<Entry | undefined> {
  let list = await readList(database, root)
  for (let depth = 0; !list.isLeaf; depth += 1) list = await descend(database, list, { depth })
  return countOf(list) === 0 ? undefined : readEntry(database, list, countOf(list) - 1)
}

/** Goes to the page below in which a key must be, or without one to the last. */
async function descend(
  database: Database,
  list: ElementList,
  { wanted, depth }: { readonly wanted?: Buffer; readonly depth: number },
): Promise<ElementList> {
  if (depth >= deepest || countOf(list) === 0) throw unreadable('its tree')
  let chosen = wanted === undefined ? countOf(list) - 1 : 0
  for (let index = 1; wanted !== undefined && index < countOf(list); index += 1) {
    if ((await readKey(database, list, index)).compare(wanted) > 0) break
    chosen = index
  }
  return readList(database, pageAt(database, list.elements.readBigUInt64LE(chosen * elementBytes + 8)))
}

function countOf({ elements }: ElementList): number {
  return elements.length / elementBytes
}

async function readList(database: Database, offset: number): Promise<ElementList> {
  const header = await read(database, offset, headerBytes)
  const flags = header.readUInt16LE(8)
  if (flags !== branchFlag && flags !== leafFlag) throw unreadable('a page')
  const elements = await read(database, offset + headerBytes, header.readUInt16LE(10) * elementBytes)
  return { offset: offset + headerBytes, isLeaf: flags === leafFlag, elements }
}

async function readKey(database: Database, list: ElementList, index: number): Promise<Buffer> {
  const at = index * elementBytes
  const [position, keyBytes] = list.isLeaf ? [4, 8] : [0, 4]
  const length = list.elements.readUInt32LE(at + keyBytes)
  if (length > mostKeyBytes) throw unreadable('a key')
  return read(database, list.offset + at + list.elements.readUInt32LE(at + position), length)
}

async function readEntry(database: Database, list: ElementList, index: number): Promise<Entry> {
  const at = index * elementBytes
  const key = await readKey(database, list, index)
  const { elements } = list
  return {
    key,
    isBucket: elements.readUInt32LE(at) === 1,
    valueAt: list.offset + at + elements.readUInt32LE(at + 4) + key.length,
    valueBytes: elements.readUInt32LE(at + 12),
  }
}

function pageAt({ pageBytes }: Database, id: bigint): number {
  if (id > 2n ** 36n) throw unreadable('the number of a page')
  return Number(id) * pageBytes
}

async function read({ readAt }: Database, offset: number, length: number): Promise<Buffer> {
  const bytes = await readAt(offset, length)
  if (bytes.length !== length) throw unreadable('a page')
  return bytes
}

function unreadable(what: string): SignetError {
  return new SignetError('bad-data', `the database of the snapshot cannot be read: ${what} is not as etcd writes it`, {
    hint: 'take another one: signet snapshot save',
  })
}
