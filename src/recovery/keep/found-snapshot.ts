import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SignetError } from '../../core/signet-error.ts'
import { type NamedSnapshot, parseSnapshotName, sidecarPath } from '../../host/snapshots/snapshot-name.ts'
import { systemErrorCode } from '../../host/system-error.ts'

/** A file in the directory of snapshots that bears one's name. */
export interface FoundSnapshot extends NamedSnapshot {
  readonly name: string
  readonly file: string
  /** With its sidecar. */
  readonly bytes: number
}

/** The snapshots in a directory that were named by us, the newest first; nothing is read of them. */
export async function findSnapshots(directory: string): Promise<readonly FoundSnapshot[]> {
  const found = await Promise.all((await namesIn(directory)).map((name) => findOne(directory, name)))
  return found.flat().toSorted(byAge)
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((cause: unknown) => {
    if (systemErrorCode(cause) === 'ENOENT') return []
    throw new SignetError('configuration', `${directory} cannot be read`, { hint: 'run this as root', cause })
  })
}

/** The newest first; of one second, that with the greater name. */
export function byAge(one: FoundSnapshot, other: FoundSnapshot): number {
  return other.takenAtMs - one.takenAtMs || (one.name < other.name ? 1 : -1)
}

async function findOne(directory: string, name: string): Promise<readonly FoundSnapshot[]> {
  const named = parseSnapshotName(name)
  if (named === undefined) return []
  const file = join(directory, name)
  const bytes = await sizeOf(file)
  return bytes === undefined ? [] : [{ ...named, name, file, bytes: bytes + ((await sizeOf(sidecarPath(file))) ?? 0) }]
}

// A link or a directory of that name was not made by us.
async function sizeOf(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isFile() === true ? found.size : undefined
}
