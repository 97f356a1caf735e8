// A directory of programs below .cache/tools, made once; how is up to debian-programs and built-of-go.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { toolsDir } from '../checkout.mjs'
import { isExecutable } from '../find-program.mjs'
import { withProgress } from '../progress.mjs'
import { readSystem } from '../read-system.mjs'
import { withLock } from '../with-lock.mjs'

/**
 * A directory of the cache with programs that PATH does not have, or has in another version; made by `make` where it is
 * not there yet, or is of another system or another source.
 * @param {{name: string, source: string, programs: readonly string[], make: (dir: string) => Promise<void>}} wanted
 *   `make` puts each of the programs there
 */
export async function ensurePrograms({ name, source, programs, make }) {
  const dir = `${toolsDir}/${name}`
  const stamp = `${readSystem()} ${source}`
  if (isComplete(dir, programs, stamp)) return dir
  await withLock(async () => {
    if (isComplete(dir, programs, stamp)) return
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { recursive: true })
    await withProgress(`fetching ${name} into .cache (${source})`, () => make(dir))
    // The last act: before it, nothing counts.
    writeFileSync(`${dir}/stamp`, stamp)
  })
  return dir
}

function isComplete(dir, programs, stamp) {
  if (!programs.every((name) => isExecutable(`${dir}/${name}`))) return false
  try {
    return readFileSync(`${dir}/stamp`, 'utf8') === stamp
  } catch {
    return false
  }
}
