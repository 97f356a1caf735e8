import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const chunkBytes = 256 * 1024

/** A file that is read chunk by chunk, or here and there. */
export interface LargeFile {
  /** How long it was when it was opened. */
  readonly bytes: number
  chunks(from?: number): AsyncGenerator<Buffer, void, undefined>
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
    const found = await file.stat()
    if (!found.isFile()) return undefined
    return await work({
      bytes: found.size,
      chunks: (from = 0) => readChunks(file, from),
      readAt: (offset, length) => readAt(file, offset, length),
    })
  } finally {
    await file.close()
  }
}

async function* readChunks(file: FileHandle, from: number): AsyncGenerator<Buffer, void, undefined> {
  for (let offset = from; ; ) {
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
