import { join } from 'node:path'
import { type LogIdentity, parseLogIdentity } from '../etcd/raft-log/log-identity.ts'
import { WalFrames } from '../etcd/raft-log/wal-frames.ts'
import { listDirectory } from '../host/files/list-directory.ts'
import { withLargeFile } from '../host/large-files/read-large-file.ts'

const metadataType = 1
/** A file of the log begins with a checksum and this record. */
const headBytes = 64 * 1024

/** Which member of which cluster the data in a directory are, by its log: etcd need not run. Undefined where it does not tell. */
export async function readLogIdentity(dataDirectory: string): Promise<LogIdentity | undefined> {
  const directory = join(dataDirectory, 'member/wal')
  const newest = (await listDirectory(directory))
    .filter((name) => name.endsWith('.wal'))
    .toSorted()
    .at(-1)
  if (newest === undefined) return undefined
  const head = await withLargeFile(join(directory, newest), ({ readAt }) => readAt(0, headBytes)).catch(() => undefined)
  if (head === undefined) return undefined
  let found: LogIdentity | undefined
  new WalFrames().push(head, ({ type, data }) => {
    if (type === metadataType) found ??= parseLogIdentity(data)
  })
  return found
}
