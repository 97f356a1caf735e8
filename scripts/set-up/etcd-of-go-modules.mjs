import { createHash } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { checkoutDir } from './checkout.mjs'
import { ensureEtcd } from './etcd-cache.mjs'
import { findProgram } from './find-program.mjs'
import { runStep } from './run-step.mjs'

const sourceDir = `${checkoutDir}/scripts/etcd-3.6`

/** etcd 3.6, built of the modules whose hashes our go.sum holds; undefined where there is no Go to build it with. */
export async function ensureEtcdOfGoModules() {
  const go = findProgram('go') ?? findProgram('go', '/usr/local/go/bin')
  if (!go) return undefined
  const pinned = createHash('sha256')
    .update(readFileSync(`${sourceDir}/go.sum`))
    .digest('hex')
    .slice(0, 12)
  return ensureEtcd({ name: 'etcd-3.6', source: `Go modules ${pinned}`, make: (dir) => build(go, dir) })
}

async function build(go, dir) {
  // Go's caches are the build's alone, and writable so that they can be removed: nothing is left in the home directory.
  const caches = { GOPATH: `${dir}/go`, GOMODCACHE: `${dir}/go/modules`, GOCACHE: `${dir}/go/build` }
  const env = { ...process.env, ...caches, GOFLAGS: '-modcacherw -trimpath -buildvcs=false', CGO_ENABLED: '0' }
  try {
    await runStep(go, ['build', '-ldflags=-s -w', '-o', `${dir}/`, './etcd', './etcdctl'], { cwd: sourceDir, env })
  } finally {
    rmSync(`${dir}/go`, { recursive: true, force: true })
  }
}
