import { type FileHandle, open, unlink } from 'node:fs/promises'
import { writeFailure } from '../files/file-failure.ts'

const mode = 0o600

/**
 * Writes chunks as they come into a file that is not there yet, for the account that runs this alone, and brings it to the
 * disk. Holds one chunk at a time. Whatever goes wrong, nothing is left of it. Throws `configuration` where the host has no
 * room or no right for it, and whatever the chunks throw.
 */
export async function receiveFile(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  // 'wx' follows no link that somebody else put there.
  const file = await open(path, 'wx', mode).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
  try {
    await file.chmod(mode)
    for await (const chunk of chunks) await append(file, chunk, path)
    await sync(file, path)
  } catch (error) {
    await unlink(path).catch(() => {})
    throw error
  } finally {
    await file.close()
  }
}

// Only what the disk says is told as the disk's: a chunk that did not come is somebody else's failure.
async function append(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  await file.appendFile(chunk).catch((error: unknown) => {
    throw writeFailure(path, error)
  })
}

async function sync(file: FileHandle, path: string): Promise<void> {
  await file.sync().catch((error: unknown) => {
    throw writeFailure(path, error)
  })
}
