import { readdir } from 'node:fs/promises'

/** The names in a directory; none where it cannot be read. */
export function listDirectory(path: string): Promise<readonly string[]> {
  return readdir(path).catch(() => [])
}
