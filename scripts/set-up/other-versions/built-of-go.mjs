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
 * An S3 server, to which tests copy snapshots; undefined where there is no Go to build it with.
 * @returns {Promise<string | undefined>}
 */
export function ensureVersitygwOfGo() {
  return ensureOfGo({ name: 'versitygw', source: 'scripts/versitygw', programs: ['versitygw'], packages: ['.'] })
}

/** The minors that `scripts/kubernetes-MINOR` pins: the oldest that Kubernetes supports, and the newest. */
export const kubernetesMinors = ['1.35', '1.37']

/**
 * kube-apiserver and kubeadm of a minor version of Kubernetes that `scripts/kubernetes-MINOR` pins; undefined where there is
 * no Go to build them with.
 * @param {string} minor
 * @returns {Promise<string | undefined>}
 */
export function ensureKubernetesOfGo(minor) {
  const name = `kubernetes-${minor}`
  const programs = ['kube-apiserver', 'kubeadm']
  const packages = programs.map((program) => `k8s.io/kubernetes/cmd/${program}`)
  const source = `scripts/${name}`
  const linked = kubernetesVersion(readFileSync(`${checkoutDir}/${source}/go.mod`, 'utf8'))
  return ensureOfGo({ name, source, programs, packages, linked })
}

/** What the linker writes into Kubernetes' programs: built without it, they take themselves for v0.0.0. */
function kubernetesVersion(goMod) {
  const [, version, major, minor] = /\bk8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(goMod)
  const values = { gitVersion: version, gitMajor: major, gitMinor: minor }
  return Object.entries(values).map(([key, value]) => `-X k8s.io/component-base/version.${key}=${value}`)
}

/**
 * The directory of programs built of Go modules whose hashes our go.sum, in the source's folder, holds; undefined where there
 * is no Go to build them with.
 * @param {{name: string, source: string, programs: readonly string[], packages: readonly string[], linked?: readonly string[]}} wanted
 *   `linked`: further flags of the linker
 */
async function ensureOfGo({ name, source, programs, packages, linked = [] }) {
  const go = findGo()
  if (!go) return undefined
  const sourceDir = `${checkoutDir}/${source}`
  const pinned = createHash('sha256')
    .update(readFileSync(`${sourceDir}/go.sum`))
    .digest('hex')
    .slice(0, 12)
  const make = (dir) => build(go, { dir, sourceDir, packages, linked })
  return ensurePrograms({ name, programs, source: `Go modules ${pinned}`, make })
}

async function build(go, { dir, sourceDir, packages, linked }) {
  const caches = `${dir}/go`
  const options = { cwd: sourceDir, env: goEnvironment(caches) }
  try {
    const ldflags = ['-s', '-w', ...linked].join(' ')
    await runQuietly(go, ['build', `-ldflags=${ldflags}`, '-o', `${dir}/`, ...packages], options)
  } finally {
    rmSync(caches, { recursive: true, force: true })
  }
}
