import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { formatBytes } from '../../core/byte-count.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import { systemErrorCode } from '../system-error.ts'

/** What a file may be that another account has put where root reads it. */
export interface ForeignFile {
  readonly path: string
  /** Whose it must be; whoever runs this where it is undefined. */
  readonly ownerUid: number
  readonly mostBytes: number
}

const chunkBytes = 256 * 1024

/**
 * Reads such a file, chunk by chunk: no link, no pipe and no device, none that has a second name, since that may be
 * somebody else's, and no more bytes than it may have, however it grows meanwhile. Throws `bad-data`.
 */
export async function* readForeignFile(foreign: ForeignFile): AsyncGenerator<Buffer, void, undefined> {
  const { path, mostBytes } = foreign
  // Opening a pipe would wait for somebody to write into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((cause) => {
    throw badForeign(foreign, systemErrorCode(cause) === 'ENOENT' ? 'is not there' : 'is no plain file', cause)
  })
  try {
    const found = await file.stat()
    if (!found.isFile()) throw badForeign(foreign, 'is no plain file')
    if (found.nlink !== 1 || found.uid !== foreign.ownerUid) throw badForeign(foreign, 'is not a file of its own')
    for (let offset = 0; ; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes, offset)
      if (bytesRead === 0) return
      offset += bytesRead
      if (offset > mostBytes) throw badForeign(foreign, `is larger than ${formatBytes(mostBytes)}`)
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

function badForeign({ path }: ForeignFile, what: string, cause?: unknown): SignetError {
  return new SignetError('bad-data', `what was brought as ${quoteUntrusted(basename(path))} ${what}`, {
    hint: 'see what the program said: journalctl -u signet-snapshot-copy -n 50',
    cause,
  })
}
