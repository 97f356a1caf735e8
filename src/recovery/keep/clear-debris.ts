import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TrailingDigest } from '../../etcd/snapshot/trailing-digest.ts'
import { listDirectory } from '../../host/files/list-directory.ts'
import { removeFile } from '../../host/files/remove-file.ts'
import { withLargeFile } from '../../host/large-files/read-large-file.ts'
import { parseSnapshotName, sidecarPath, snapshotEnding } from '../../host/snapshots/snapshot-name.ts'
import type { RecoveryWorld } from '../recovery-world.ts'
import { readSidecar } from '../sidecar/read-sidecar.ts'

/** What a snapshot is called until it is known to be whole. */
export const temporaryStem = '.signet-snapshot'
const temporaryPattern = /^\.signet-snapshot\.[0-9a-f]{12}\.new$/
/** A save that goes on writes more often than this; what is older was left by one that was killed. */
const leftAfterMs = 10 * 60_000

type Files = Pick<RecoveryWorld['files'], 'read'>

/**
 * Removes what saves have left that were killed: what they were receiving, and, of one that was killed just before its
 * snapshot got its name, the sidecar that was there before. A sidecar whose snapshot somebody moved away stays: most snapshots of a
 * member are of one length, so that only the digest tells.
 */
export async function clearDebris(directory: string, files: Files): Promise<void> {
  const names = await listDirectory(directory)
  for (const name of names.filter((one) => temporaryPattern.test(one))) {
    const temporary = join(directory, name)
    const bytes = await leftBytes(temporary)
    if (bytes === undefined) continue
    for (const json of names.filter((one) => one.endsWith('.json'))) {
      const snapshot = join(directory, `${basename(json, '.json')}${snapshotEnding}`)
      if (await isLeftOver(snapshot, { temporary, bytes }, files)) await removeFile(sidecarPath(snapshot))
    }
    await removeFile(temporary)
  }
}

async function leftBytes(temporary: string): Promise<number | undefined> {
  const found = await lstat(temporary).catch(() => undefined)
  return found?.isFile() === true && Date.now() - found.mtimeMs >= leftAfterMs ? found.size : undefined
}

interface Debris {
  readonly temporary: string
  readonly bytes: number
}

// What was cut off while it was written is none of ours by its content, but by its name.
async function isLeftOver(snapshot: string, { temporary, bytes }: Debris, files: Files): Promise<boolean> {
  if ((await lstat(snapshot).catch(() => undefined)) !== undefined) return false
  const read = await readSidecar(snapshot, files).catch(() => 'unreadable' as const)
  if (read === 'unreadable') return parseSnapshotName(basename(snapshot)) !== undefined
  return read?.sidecar.bytes === bytes && read.sidecar.sha256 === (await digestOf(temporary))
}

async function digestOf(temporary: string): Promise<string | undefined> {
  return withLargeFile(temporary, async ({ chunks }) => {
    const digest = new TrailingDigest()
    for await (const chunk of chunks()) digest.add(chunk)
    return digest.finish().sha256
  })
}
