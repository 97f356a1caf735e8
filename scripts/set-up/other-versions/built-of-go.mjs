// Programs that no Debian release has, built with the machine's Go.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { checkoutDir } from '../checkout.mjs'
import { runQuietly } from '../run-quietly.mjs'
import { findGo, goEnvironment } from './go-toolchain.mjs'
import { ensurePrograms } from './version-directory.mjs'

/**
 * The etcd of a minor version that `scripts/etcd-MINOR` pins; undefined where there is no Go to build it with.
 * @param {'3.5' | '3.6' | '3.7'} minor
 */
export function ensureEtcdOfGo(minor) {
  // Debian 13's 3.5 has its place in the cache too.
  const name = minor === '3.5' ? 'etcd-3.5-of-go' : `etcd-${minor}`
  const source = `scripts/etcd-${minor}`
  return ensureOfGo({ name, source, programs: ['etcd', 'etcdctl'], packages: ['./etcd', './etcdctl'] })
}

/**
 * The etcdutl of the same; hosts want it beside the others.
 * @param {'3.5' | '3.6' | '3.7'} minor
 */
export function ensureEtcdutlOfGo(minor) {
  const [name, source] = [`etcdutl-${minor}`, `scripts/etcd-${minor}`]
  return ensureOfGo({ name, source, programs: ['etcdutl'], packages: ['go.etcd.io/etcd/etcdutl/v3'] })
}

/**
 * The server of step-ca, which the benchmarks measure; undefined where there is no Go to build it with.
 * @returns {Promise<string | undefined>}
 */
export function ensureStepCaOfGo() {
  return ensureOfGo({ name: 'step-ca', source: 'scripts/step-ca', programs: ['step-ca'], packages: ['.'] })
}

/**
 * The directory of programs built of Go modules whose hashes our go.sum, in the source's folder, holds; undefined where there
 * is no Go to build them with.
 * @param {{name: string, source: string, programs: readonly string[], packages: readonly string[]}} wanted
 */
async function ensureOfGo({ name, source, programs, packages }) {
  const go = findGo()
  if (!go) return undefined
  const sourceDir = `${checkoutDir}/${source}`
  const pinned = createHash('sha256')
    .update(readFileSync(`${sourceDir}/go.sum`))
    .digest('hex')
    .slice(0, 12)
  const make = (dir) => build(go, { dir, sourceDir, packages })
  return ensurePrograms({ name, programs, source: `Go modules ${pinned}`, make })
}

async function build(go, { dir, sourceDir, packages }) {
  const caches = `${dir}/go`
  const options = { cwd: sourceDir, env: goEnvironment(caches) }
  try {
    await runQuietly(go, ['build', '-ldflags=-s -w', '-o', `${dir}/`, ...packages], options)
  } finally {
    rmSync(caches, { recursive: true, force: true })
  }
}
