import { join } from 'node:path'
import * as v from 'valibot'
import { listDirectory } from '../../host/files/list-directory.ts'
import type { LocalFiles } from '../../host/files/local-files.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'

const schema = v.object({
  /** When the program said that it is elsewhere. */
  time: v.pipe(v.string(), v.isoTimestamp()),
  /** What left: the snapshot, or what age made of it. */
  name: v.pipe(v.string(), v.maxLength(256)),
  bytes: v.pipe(v.number(), v.minValue(0)),
  /** Of all its bytes. */
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
})

/** What is known here of a copy, so that what is fetched one day can be compared with it. */
export type CopyRecord = Readonly<v.InferOutput<typeof schema>>

/** A year of a copy an hour on each of three members would be more; who fetches older ones has their sidecars. */
const mostRecords = 2000
const ending = '.json'

/** Keeps what left the host, under the name of its snapshot. */
export async function keepRecord(
  directory: string,
  snapshot: string,
  record: CopyRecord,
  files: LocalFiles,
): Promise<void> {
  await files.makeDirectory(directory, { mode: 0o700 })
  await files.write(join(directory, `${snapshot}${ending}`), `${JSON.stringify(record)}\n`, { mode: 0o600 })
  const names = [...(await listRecords(directory))].toSorted(byTime)
  for (const old of names.slice(0, -mostRecords)) await files.remove(join(directory, `${old}${ending}`))
}

/** What is known of a copy; undefined where nothing is, or it cannot be read. */
export async function readRecord(
  directory: string,
  snapshot: string,
  files: Pick<LocalFiles, 'read'>,
): Promise<CopyRecord | undefined> {
  const found = await files.read(join(directory, `${snapshot}${ending}`)).catch(() => undefined)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), found?.text)
  return parsed.success ? parsed.output : undefined
}

/** The names of the snapshots that were copied. */
export async function listRecords(directory: string): Promise<ReadonlySet<string>> {
  const names = (await listDirectory(directory)).filter((name) => name.endsWith(ending))
  const snapshots = names.map((name) => name.slice(0, -ending.length))
  return new Set(snapshots.filter((name) => parseSnapshotName(name) !== undefined))
}

function byTime(one: string, other: string): number {
  return (parseSnapshotName(one)?.takenAtMs ?? 0) - (parseSnapshotName(other)?.takenAtMs ?? 0)
}
