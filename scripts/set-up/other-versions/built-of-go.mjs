// Programs that no Debian release has, built with the machine's Go.
import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { checkoutDir } from '../checkout.mjs'
import { findProgram } from '../find-program.mjs'
import { runQuietly } from '../run-quietly.mjs'
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
  const go = findProgram('go') ?? findProgram('go', '/usr/local/go/bin')
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
  // Go's caches are the build's alone, and writable so that they can be removed: nothing is left in the home directory.
  const caches = { GOPATH: `${dir}/go`, GOMODCACHE: `${dir}/go/modules`, GOCACHE: `${dir}/go/build` }
  const env = { ...process.env, ...caches, GOFLAGS: '-modcacherw -trimpath -buildvcs=false', CGO_ENABLED: '0' }
  try {
    await runQuietly(go, ['build', '-ldflags=-s -w', '-o', `${dir}/`, ...packages], { cwd: sourceDir, env })
  } finally {
    rmSync(`${dir}/go`, { recursive: true, force: true })
  }
}
