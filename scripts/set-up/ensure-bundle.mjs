// Our own program in one file, as packages have it: .cache/program.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { cacheDir, checkoutDir, pinnedNode } from './checkout.mjs'
import { runQuietly } from './run-quietly.mjs'
import { withLock } from './with-lock.mjs'

const directory = `${cacheDir}/program`

/** The bundled program, newer than its sources. A sandbox runs its daemons from it: they start faster and stay smaller. */
export async function ensureBundle() {
  const main = `${directory}/main.mjs`
  if (!isFresh(main)) {
    await withLock(async () => {
      if (!isFresh(main)) await runQuietly(pinnedNode, [`${checkoutDir}/scripts/bundle.ts`, directory])
    })
  }
  return main
}

function isFresh(main) {
  if (!existsSync(main)) return false
  const builtMs = statSync(main).mtimeMs
  const sources = readdirSync(`${checkoutDir}/src`, { recursive: true }).map((name) => `${checkoutDir}/src/${name}`)
  return [...sources, `${checkoutDir}/package-lock.json`].every((file) => statSync(file).mtimeMs < builtMs)
}
