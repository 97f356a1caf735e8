import * as v from 'valibot'
import { isEtcdUrl } from '../member-url.ts'
import { bucketAt, listEntries, openDatabase, type ReadAt, readValue } from './bolt-database.ts'

/** A member as the database itself keeps it. */
export interface StoredMember {
  /** In sixteen hexadecimal digits. */
  readonly id: string
  /** Empty where it is not kept: 3.5.16 writes it without (etcd#19557). */
  readonly name: string
  readonly peerUrls: readonly string[]
}

const mostMembers = 64
const urls = v.optional(v.nullable(v.array(v.string())), [])
const schema = v.object({ id: v.optional(v.unknown()), name: v.optional(v.string(), ''), peerURLs: urls })
const namePattern = /^(?:etcd-)?[A-Za-z0-9](?:[A-Za-z0-9_-]{0,50}[A-Za-z0-9])?$/

/**
 * The members of the cluster whose database this is (bucket `members`, server/etcdserver/api/membership/storev2.go and
 * storage/schema/membership.go): for who cannot ask etcd. None where it keeps none; what does not fit our grammar is left out. Throws
 * `bad-data` where it is no database.
 */
export async function readStoredMembers(readAt: ReadAt): Promise<readonly StoredMember[]> {
  const database = await openDatabase(readAt)
  const bucket = await bucketAt(database, database.root, 'members').catch(() => undefined)
  if (bucket === undefined) return []
  const entries = (await listEntries(database, bucket)).slice(0, mostMembers)
  const read = entries.map(async (entry) => parseStored(entry.key.toString('latin1'), await readValue(database, entry)))
  return (await Promise.all(read)).flatMap((member) => member ?? [])
}

function parseStored(key: string, value: Buffer): StoredMember | undefined {
  if (!/^[0-9a-f]{1,16}$/.test(key)) return undefined
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), value.toString('utf8'))
  if (!parsed.success) return undefined
  const { name, peerURLs } = parsed.output
  return {
    id: key.padStart(16, '0'),
    name: namePattern.test(name) ? name : '',
    peerUrls: (peerURLs ?? []).filter(isEtcdUrl),
  }
}
