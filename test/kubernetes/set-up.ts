import { basename } from 'node:path'
import { ensureKubernetesOfGo, kubernetesMinors } from '../../scripts/set-up/other-versions/built-of-go.mjs'
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
  const found = await findEtcds(process.env['ETCD_BINARY_DIR'])
  const { absent } = found
  const etcds: readonly KubeBinaries[] = found.etcds
  for (const reason of absent) process.stderr.write(`test:kubernetes: without ${reason}\n`)
  return etcds.filter(({ version }) => wanted.length === 0 || wanted.some((minor) => version.startsWith(`${minor}.`)))
}

async function versionOf(program: string): Promise<string> {
  const { stdout } = await runClient(program, ['--version'], { timeoutMs: 60_000 })
  const version = /^Kubernetes v(\S+)/.exec(stdout)?.[1]
  if (version === undefined) throw new KubeUnable(`${basename(program)} does not tell its version: ${stdout}`)
  return version
}
