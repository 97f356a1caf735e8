// Our own program in a few files, as packages have it: .cache/program.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { cacheDir, checkoutDir, pinnedNode } from './checkout.mjs'
import { runQuietly } from './run-quietly.mjs'
import { withLock } from './with-lock.mjs'

const directory = `${cacheDir}/program`
const main = `${directory}/main.mjs`
const keptMs = 24 * 3_600_000

/** The bundled program, newer than its sources. A sandbox runs its daemons from it: they start faster and stay smaller. */
export async function ensureBundle() {
  if (!isFresh()) {
    await withLock(async () => {
      if (!isFresh()) await renewBundle()
    })
  }
  return main
}

/** Those who run the one before still find the parts that they load later, each of which is named for its content. */
async function renewBundle() {
  const next = `${directory}.next`
  await runQuietly(pinnedNode, [`${checkoutDir}/scripts/bundle.ts`, next])
  mkdirSync(directory, { recursive: true })
  for (const name of readdirSync(directory)) {
    const file = `${directory}/${name}`
    if (file !== main && Date.now() - statSync(file).mtimeMs > keptMs) rmSync(file)
  }
  // What is typed meanwhile must find all that it needs: the first file to be started comes last.
  const parts = readdirSync(next).filter((name) => name !== 'main.mjs')
  for (const name of [...parts, 'main.mjs']) renameSync(`${next}/${name}`, `${directory}/${name}`)
}

function isFresh() {
  if (!existsSync(main)) return false
  const builtMs = statSync(main).mtimeMs
  const names = readdirSync(`${checkoutDir}/src`, { recursive: true }).filter((name) => !name.endsWith('.test.ts'))
  const sources = [...names.map((name) => `${checkoutDir}/src/${name}`), `${checkoutDir}/package-lock.json`]
  return sources.every((file) => statSync(file).mtimeMs < builtMs)
}
