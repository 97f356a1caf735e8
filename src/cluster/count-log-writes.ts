import { join } from 'node:path'
import { filesAfter } from '../etcd/raft-log/log-files.ts'
import { LogTail } from '../etcd/raft-log/log-tail.ts'
import { WalFrames } from '../etcd/raft-log/wal-frames.ts'
import { readConsistentIndex } from '../etcd/snapshot/consistent-index.ts'
import { listDirectory } from '../host/files/list-directory.ts'
import { withLargeFile } from '../host/large-files/read-large-file.ts'

/**
 * How many writes, at most, stand in the log of a member whose etcd is stopped and not in its database: etcd brings them there ten
 * times a second, and a power cut comes between. A log that is torn at its end, as after one, counts as far as it is whole. Undefined
 * where the files do not tell.
 */
export async function countLogWrites(dataDirectory: string): Promise<number | undefined> {
  try {
    const database = join(dataDirectory, 'member/snap/db')
    const tail = await withLargeFile(database, async ({ readAt }) => new LogTail(await readConsistentIndex(readAt)))
    return tail === undefined ? undefined : await readTail(join(dataDirectory, 'member/wal'), tail)
  } catch {
    return undefined
  }
}

async function readTail(directory: string, tail: LogTail): Promise<number | undefined> {
  const files = filesAfter(await listDirectory(directory), tail.beyond)
  for (const { name } of files ?? []) {
    const frames = new WalFrames()
    await withLargeFile(join(directory, name), async ({ chunks }) => {
      for await (const chunk of chunks()) {
        frames.push(chunk, tail.visit)
        if (frames.isOver) break
      }
    })
    if (frames.end === 'torn' && name !== files?.at(-1)?.name) return undefined
  }
  return files === undefined ? undefined : tail.writes
}
