import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes that are free for a directory, which need not exist yet. */
export function readFreeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch (error) {
    const parent = dirname(directory)
    if (parent === directory) throw error
    return readFreeBytes(parent)
  }
}
