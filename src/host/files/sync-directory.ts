import { open } from 'node:fs/promises'
import { systemErrorCode } from '../system-error.ts'

// File systems whose directories have no fsync: vboxsf, some FUSE and network ones (Linux' vfs_fsync_range answers EINVAL
// for them). Names are then as durable as that file system makes them, and there is nothing that we could do about it.
const hasNone: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** Brings names that were made, changed or removed in a directory to the disk, where its file system knows how. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  await handle
    .sync()
    .catch((error: unknown) => {
      if (!hasNone.has(systemErrorCode(error))) throw error
    })
    .finally(() => handle.close())
}
