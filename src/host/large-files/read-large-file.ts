import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const chunkBytes = 256 * 1024

/** A file that is read chunk by chunk, or here and there. */
export interface LargeFile {
  chunks(): AsyncGenerator<Buffer, void, undefined>
  /** Fewer bytes where the file ends before. */
  readAt(offset: number, length: number): Promise<Buffer>
}

/**
 * Reads a plain file that may be larger than memory; undefined where it is a directory, a pipe or a device, which is not
 * waited for. The file is closed when the work is done.
 */
export async function withLargeFile<Value>(
  path: string,
  work: (file: LargeFile) => Promise<Value>,
): Promise<Value | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await file.stat()).isFile()) return undefined
    return await work({ chunks: () => readChunks(file), readAt: (offset, length) => readAt(file, offset, length) })
  } finally {
    await file.close()
  }
}

async function* readChunks(file: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let offset = 0; ; ) {
    const chunk = await readAt(file, offset, chunkBytes)
    if (chunk.length === 0) return
    yield chunk
    offset += chunk.length
  }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  const { bytesRead } = await file.read(buffer, 0, length, offset)
  return buffer.subarray(0, bytesRead)
}
