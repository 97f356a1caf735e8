import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** How large a file system is, and what of it may be written. */
export interface FileSystemSize {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Bytes that are free for a directory, which need not exist yet. */
export function readFreeBytes(directory: string): number {
  return readFileSystemSize(directory).freeBytes
}

/** The size of the file system of a directory, which need not exist yet. */
export function readFileSystemSize(directory: string): FileSystemSize {
  try {
    const { bavail, blocks, bsize } = statfsSync(directory)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch (error) {
    const parent = dirname(directory)
    if (parent === directory) throw error
    return readFileSystemSize(parent)
  }
}
