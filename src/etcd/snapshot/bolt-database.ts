import { SignetError } from '../../core/signet-error.ts'

/** Reads so many bytes at an offset of a database; fewer where it ends before. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** A list of elements in the database: a page of its own, or a small bucket's within its parent's. */
interface ElementList {
  readonly offset: number
  readonly isLeaf: boolean
  readonly elements: Buffer
}

/** A database that is read page by page. */
export interface Database {
  readonly readAt: ReadAt
  readonly pageBytes: number
}

/** A key, and where its value is. */
export interface Entry {
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
const mostValueBytes = 16_384

/** The bytes of a meta page before its checksum, behind the page's header (bbolt internal/common, `Meta`). */
const metaBytes = 56
const usualPageBytes = 4096

/**
 * Opens a database: its newest meta page counts, of the two that bbolt writes by turns, as far as their checksums are right. In a
 * snapshot that is the first; in the file of an etcd that was cut off it may be either. As much of bbolt's format as this takes: bbolt's
 * page.go and bucket.go, version 2, the same from etcd 3.4 to 3.7. Throws `bad-data`.
 */
export async function openDatabase(readAt: ReadAt): Promise<Database & { readonly root: number }> {
  const first = await readMeta(readAt, 0)
  const second = await readMeta(readAt, first?.pageBytes ?? usualPageBytes)
  const metas = [first, second].flatMap((meta) => meta ?? [])
  const newest = metas.toSorted((one, other) => (other.transaction > one.transaction ? 1 : -1))[0]
  if (newest === undefined) throw unreadable('its first page')
  const { pageBytes } = newest
  return { readAt, pageBytes, root: pageAt({ readAt, pageBytes }, newest.root) }
}

interface MetaPage {
  readonly pageBytes: number
  readonly root: bigint
  readonly transaction: bigint
}

async function readMeta(readAt: ReadAt, offset: number): Promise<MetaPage | undefined> {
  const meta = await readAt(offset + headerBytes, metaBytes + 8)
  if (meta.length !== metaBytes + 8) return undefined
  const pageBytes = meta.readUInt32LE(8)
  if (meta.readUInt32LE(4) !== 2 || pageBytes < 512 || pageBytes > 65_536) return undefined
  if (meta.readBigUInt64LE(metaBytes) !== fnv1a(meta.subarray(0, metaBytes))) return undefined
  return { pageBytes, root: meta.readBigUInt64LE(16), transaction: meta.readBigUInt64LE(48) }
}

/** FNV-1a of 64 bits, by which bbolt knows that a meta page was written whole. */
function fnv1a(bytes: Buffer): bigint {
  return bytes.reduce((sum, byte) => BigInt.asUintN(64, (sum ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n)
}

/** What a key's value holds: as much of it as the longest of ours. */
export function readValue(database: Database, { valueAt, valueBytes }: Entry): Promise<Buffer> {
  return read(database, valueAt, Math.min(valueBytes, mostValueBytes))
}

/** All keys of a bucket that is one page, as small ones are; of a larger one the first that there are. */
export async function listEntries(database: Database, root: number): Promise<readonly Entry[]> {
  let list = await readList(database, root)
  for (let depth = 0; !list.isLeaf; depth += 1) list = await descend(database, list, { wanted: Buffer.alloc(0), depth })
  const entries: Entry[] = []
  for (let index = 0; index < countOf(list); index += 1) entries.push(await readEntry(database, list, index))
  return entries
}

/** A bucket's root. Its value is that page; for a small one 0, and its only page follows (bbolt, `Bucket.inline`). */
export async function bucketAt(database: Database, root: number, name: string): Promise<number> {
  const entry = await find(database, root, name)
  if (entry?.isBucket !== true) throw unreadable(`the bucket "${name}"`)
  const value = await read(database, entry.valueAt, headerBytes)
  const page = value.readBigUInt64LE(0)
  return page === 0n ? entry.valueAt + headerBytes : pageAt(database, page)
}

/** A key of a bucket; undefined where it is not there. */
export async function find(database: Database, root: number, name: string): Promise<Entry | undefined> {
  const wanted = Buffer.from(name)
  let list = await readList(database, root)
  for (let depth = 0; !list.isLeaf; depth += 1) list = await descend(database, list, { wanted, depth })
  for (let index = 0; index < countOf(list); index += 1) {
    const entry = await readEntry(database, list, index)
    if (entry.key.equals(wanted)) return entry
  }
  return undefined
}

/** The last key of a bucket. */
export async function findLast(database: Database, root: number): Promise<Entry | undefined> {
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

/** What a database is refused with that is not as etcd writes it. */
export function unreadable(what: string): SignetError {
  return new SignetError('bad-data', `the database of the snapshot cannot be read: ${what} is not as etcd writes it`, {
    hint: 'take another one: signet snapshot save',
  })
}
