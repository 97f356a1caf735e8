import { basename } from 'node:path'
import {
  ensureEtcdOfGo,
  ensureKubernetesOfGo,
  kubernetesMinors,
} from '../../scripts/set-up/other-versions/built-of-go.mjs'
import { findEtcds } from '../../scripts/test-etcd/find-etcds.mjs'
import { runClient } from '../support/shell/run-client.ts'
import type { KubeBinaries } from './runner/kube-scenario.ts'

/** What keeps this machine from it. */
export class KubeUnable extends Error {}

/** The Kubernetes minors that were asked for, built where they are not there yet, oldest first. */
export async function findKubernetes(wanted: readonly string[]): Promise<readonly KubeBinaries[]> {
  const minors = kubernetesMinors.filter((minor) => wanted.length === 0 || wanted.includes(minor))
  const found: KubeBinaries[] = []
  for (const minor of minors) {
    const dir = await ensureKubernetesOfGo(minor)
    if (dir === undefined) throw new KubeUnable('there is no Go on this machine to build Kubernetes with')
    found.push({ dir, version: await versionOf(`${dir}/kube-apiserver`) })
  }
  return found
}

/** The etcd of each minor that was asked for, oldest first. */
export async function findEtcdsFor(wanted: readonly string[]): Promise<readonly KubeBinaries[]> {
  const given = process.env['ETCD_BINARY_DIR']
  // kubeadm refuses Debian's 3.5; the newest of that line is one that it takes.
  const newest35 = given === undefined ? await ensureEtcdOfGo('3.5') : undefined
  const found = await findEtcds(given)
  const further = newest35 === undefined ? [] : (await findEtcds(newest35)).etcds
  const etcds: readonly KubeBinaries[] = [...found.etcds, ...further].sort(byVersion)
  const { absent } = found
  for (const reason of absent) process.stderr.write(`test:kubernetes: without ${reason}\n`)
  return etcds.filter(({ version }) => wanted.length === 0 || wanted.some((minor) => version.startsWith(`${minor}.`)))
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await runClient(program, ['--version'], { timeoutMs: 60_000 })
  const version = /^Kubernetes v(\S+)/.exec(stdout)?.[1]
  if (version === undefined) throw new KubeUnable(`${basename(program)} does not tell its version: ${stdout}`)
  return version
}

function byVersion({ version: one }: KubeBinaries, { version: other }: KubeBinaries): number {
  return one.localeCompare(other, 'en', { numeric: true })
}
