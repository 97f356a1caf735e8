import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { listDirectory } from '../../host/files/list-directory.ts'
import type { CopyWorld } from './copy-world.ts'

/** What the place of a fetch in the operator's directory begins with; mkdtemp(3) adds six characters. */
export const fetchStem = '.signet-fetch-'
const fetchPattern = /^\.signet-fetch-[0-9A-Za-z]{6}$/
/** A fetch that goes on, as that of another host to a shared directory, writes more often than this. */
const leftAfterMs = 10 * 60_000

type ClearWorld = Pick<CopyWorld, 'files' | 'ownUid'>

/**
 * Removes what fetches have left in a directory that were killed: as large as their snapshot, and as secret. Only directories
 * of ours by name, owner and mode. On this host nobody else may be fetching.
 */
export async function clearFetched(directory: string, { files, ownUid }: ClearWorld): Promise<void> {
  const names = await listDirectory(directory)
  for (const name of names.filter((one) => fetchPattern.test(one))) {
    const left = join(directory, name)
    if (await isLeft(left, ownUid)) await files.removeTree(left)
  }
}

async function isLeft(directory: string, ownUid: number): Promise<boolean> {
  const found = await lstat(directory).catch(() => undefined)
  if (found?.isDirectory() !== true || found.uid !== ownUid || (found.mode & 0o077) !== 0) return false
  const within = await Promise.all((await listDirectory(directory)).map((name) => changedMs(join(directory, name))))
  return Date.now() - Math.max(found.mtimeMs, ...within) >= leftAfterMs
}

async function changedMs(path: string): Promise<number> {
  return (await lstat(path).catch(() => undefined))?.mtimeMs ?? 0
}
