// Tools that PATH lacks, as this machine's own release has them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { cacheDir, toolsDir } from '../checkout.mjs'
import { downloadPackages, unpackPackages } from '../debian/download-packages.mjs'
import { findProgram } from '../find-program.mjs'
import { SetUpError, withProgress } from '../progress.mjs'
import { readSystem } from '../read-system.mjs'
import { withLock } from '../with-lock.mjs'
import { toolsFor } from './tool-list.mjs'
import { clearTools, isUnpacked, readToolStamp, writeToolStamp } from './tool-stamp.mjs'
import { wrapTool } from './wrap-tool.mjs'

/** Makes every tool of a level available, from PATH or else from the cache; does nothing where they all are. */
export async function ensureTools(level) {
  if (missingTools(level).length === 0) return
  await withLock(async () => {
    const missing = missingTools(level)
    if (missing.length === 0) return
    refuseWithoutApt(missing)
    const names = missing.map(({ name }) => name).join(', ')
    await withProgress(`fetching ${names} into .cache (apt-get download)`, () => fetchTools(missing))
  })
}

function missingTools(level) {
  const absent = toolsFor(level).filter(({ name }) => !findProgram(name))
  if (absent.length === 0) return absent
  const unpacked = readToolStamp(readSystem())
  return absent.filter(({ name }) => !isUnpacked(unpacked, name))
}

function refuseWithoutApt(missing) {
  if (findProgram('apt-get') && findProgram('dpkg-deb')) return
  const list = missing.map((tool) => `${tool.name} (Debian: ${tool.package})`).join(', ')
  throw new SetUpError(`this machine has no apt-get: install ${list}, then run this again`)
}

async function fetchTools(missing) {
  const system = readSystem()
  const unpacked = readToolStamp(system)
  if (Object.keys(unpacked).length === 0) clearTools()
  const root = newRoot()
  const rootDir = `${toolsDir}/${root}`
  mkdirSync(rootDir, { recursive: true })
  mkdirSync(`${toolsDir}/bin`, { recursive: true })
  const packages = [...new Set(missing.flatMap((tool) => [tool.package, ...(tool.beside ?? [])]))]
  const debFiles = await downloadPackages(packages, { stateDir: `${cacheDir}/apt`, targetDir: rootDir })
  await unpackPackages(debFiles, rootDir)
  const wrapped = []
  for (const tool of missing) wrapped.push([tool.name, await wrapTool(tool, root)])
  writeToolStamp(system, { ...unpacked, ...Object.fromEntries(wrapped) })
  rmSync(`${cacheDir}/apt`, { recursive: true, force: true })
}

/** A directory that nothing uses yet: a program that runs now keeps its own while more is fetched. */
function newRoot() {
  mkdirSync(toolsDir, { recursive: true })
  const numbers = readdirSync(toolsDir).map((name) => Number(/^packages-(\d+)$/.exec(name)?.[1] ?? 0))
  return `packages-${Math.max(0, ...numbers) + 1}`
}
