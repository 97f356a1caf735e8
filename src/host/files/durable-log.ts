import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

interface Waiting {
  readonly line: string
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * A file of lines of which each is on the disk before `append` resolves. Lines that arrive while an fsync is under way
 * share the next one. A line that could not be written whole is cut off again, so the file holds whole lines only.
 */
export class DurableLog {
  readonly #file: string
  #handle: FileHandle
  #length: number
  #waiting: Waiting[] = []
  #flushing: Promise<void> | undefined

  private constructor(file: string, handle: FileHandle, length: number) {
    this.#file = file
    this.#handle = handle
    this.#length = length
  }

  /**
   * Opens or creates the file (mode 0600) and hands every whole line in it to `eachLine`. What stands behind the last
   * newline was torn by a power cut: its writer never heard that it was written, so it is cut off.
   */
  static async open(file: string, eachLine: (line: string) => void): Promise<DurableLog> {
    const handle = await openDurably(file)
    try {
      const length = await wholeLinesLength(handle)
      if (length < (await handle.stat()).size) await handle.truncate(length)
      if (length > 0) await readLines(handle, length, eachLine)
      return new DurableLog(file, handle, length)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Resolves once the line, which must hold no newline, is on the disk; rejects if it is not and will not be. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject })
      this.#flushing ??= this.#flushAll()
    })
  }

  /** Waits for what is under way, then closes the file. */
  async close(): Promise<void> {
    await this.#flushing
    await this.#handle.close()
  }

  async #flushAll(): Promise<void> {
    // One turn of the event loop lets the requests that arrived together share the first fsync too.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) await this.#flushBatch(this.#waiting.splice(0))
    this.#flushing = undefined
  }

  async #flushBatch(batch: readonly Waiting[]): Promise<void> {
    const bytes = Buffer.from(batch.map(({ line }) => `${line}\n`).join(''))
    try {
      await this.#reopenIfMoved()
      await writeWhole(this.#handle, bytes, this.#length)
      // fdatasync also brings the new length to the disk, and skips only the times (POSIX, "data integrity").
      await this.#handle.datasync()
      this.#length += bytes.length
      for (const { resolve } of batch) resolve()
    } catch (error) {
      await this.#handle.truncate(this.#length).catch(() => {})
      for (const { reject } of batch) reject(error)
    }
  }

  // A file that was deleted or rotated away would swallow lines that nobody can read any more; one that was cut in
  // place (logrotate's copytruncate) would get a hole. What root has appended meanwhile must not be written over.
  async #reopenIfMoved(): Promise<void> {
    const [onDisk, opened] = await Promise.all([stat(this.#file).catch(() => undefined), this.#handle.stat()])
    if (onDisk?.ino === opened.ino && onDisk.dev === opened.dev) {
      if (opened.size !== this.#length) this.#length = await wholeLinesLength(this.#handle)
      return
    }
    const fresh = await openDurably(this.#file)
    await this.#handle.close()
    this.#handle = fresh
    this.#length = await wholeLinesLength(fresh)
  }
}

async function openDurably(file: string): Promise<FileHandle> {
  const handle = await open(file, 'a+', 0o600).then(async (created) => {
    // 'a' creates the file; writing by position needs a handle that is not in append mode.
    await created.close()
    return open(file, 'r+')
  })
  await syncDirectory(dirname(file))
  return handle
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const result = await handle.write(bytes, written, bytes.length - written, position + written)
    written += result.bytesWritten
  }
}

/** How many bytes reach to the end of the last newline. */
async function wholeLinesLength(handle: FileHandle): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024)
  let end = (await handle.stat()).size
  while (end > 0) {
    const start = Math.max(0, end - chunk.length)
    const { bytesRead } = await handle.read(chunk, 0, end - start, start)
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}

// Not by readline, which also ends a line at U+2028 and U+2029: JSON writes those as they are, and whoever brings one into
// a line would make it two that nobody can read.
async function readLines(handle: FileHandle, length: number, eachLine: (line: string) => void): Promise<void> {
  const stream = handle.createReadStream({ start: 0, end: length - 1, autoClose: false, encoding: 'utf8' })
  let begun = ''
  for await (const text of stream) {
    const lines = `${begun}${text}`.split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) eachLine(line)
  }
}
