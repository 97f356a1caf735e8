import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** More than this is not counted: whoever makes so many files wants to keep somebody busy. */
const mostEntries = 10_000

/** The bytes of all files below a directory that another account fills meanwhile, by lengths; infinite where there are too many. */
export async function measureTree(directory: string): Promise<number> {
  let [bytes, entries] = [0, 0]
  const directories = [directory]
  for (let at = directories.pop(); at !== undefined; at = directories.pop()) {
    const found = await readdir(at, { withFileTypes: true }).catch(() => [])
    entries += found.length
    if (entries > mostEntries) return Number.POSITIVE_INFINITY
    for (const entry of found) {
      const path = join(at, entry.name)
      // Whatever is put in its place meanwhile: only its length is read.
      if (entry.isDirectory()) directories.push(path)
      else
        bytes += await lstat(path).then(
          ({ size }) => size,
          () => 0,
        )
    }
  }
  return bytes
}
