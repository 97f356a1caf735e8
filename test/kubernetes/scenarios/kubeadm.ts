import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkoutDir } from '../../../scripts/set-up/checkout.mjs'
import { kubeadmObjection } from '../../../src/etcd/versions/kubeadm-minimum.ts'
import { readCodeBlocks } from '../../support/docs/read-document.ts'
import { type ClientResult, runClient } from '../../support/shell/run-client.ts'
import type { KubeCluster } from '../cluster/kube-cluster.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

/** kubeadm itself reads what `signet kubeadm-config` prints, and asks the members for their version. */
export const kubeadmJudges: KubeScenario = {
  name: 'kubeadm',
  title: "kubeadm takes what kubeadm-config prints, and its preflight says of etcd's version what Signet foretells",
  run: async ({ cluster: start, pair, note }) => {
    const cluster = await start({ clientLifetime: '10m' })
    const kubeadm = new Kubeadm(join(pair.kubernetes.dir, 'kubeadm'), join(cluster.directory, 'kubeadm'))
    note(`taken: ${(await judgeDocuments(cluster, kubeadm)).join(', ')}; refused: etcd.local beside etcd.external`)
    if (process.geteuid?.() !== 0) return note('not run: preflight, which needs root')
    note(await judgePreflight(cluster, kubeadm, pair.etcd.version))
  },
}

/** One kubeadm, and the files that it is given. */
class Kubeadm {
  readonly #program: string
  readonly #directory: string

  constructor(program: string, directory: string) {
    this.#program = program
    this.#directory = directory
    mkdirSync(directory)
  }

  file(name: string, text: string): string {
    const path = join(this.#directory, name)
    writeFileSync(path, text)
    return path
  }

  run(...words: readonly string[]): Promise<ClientResult> {
    return runClient(this.#program, words, { timeoutMs: 120_000 })
  }

  async validate(file: string): Promise<ClientResult> {
    // Of v1, which is not final in 1.37, it wants to be told.
    const isV1 = /^apiVersion: kubeadm\.k8s\.io\/v1$/m.test(readFileSync(file, 'utf8'))
    return this.run('config', 'validate', '--config', file, ...(isV1 ? ['--allow-experimental-api'] : []))
  }
}

async function judgeDocuments(cluster: KubeCluster, kubeadm: Kubeadm): Promise<readonly string[]> {
  const whole = await cluster.signet('kubeadm-config')
  const defaults = (await kubeadm.run('config', 'print', 'init-defaults')).stdout
  const inputs: Readonly<Record<string, string>> = {
    defaults,
    runbook: exampleOfRunbook(),
    ...(await asV1(kubeadm, defaults)),
  }
  const documents: Record<string, string> = { whole }
  for (const [name, text] of Object.entries(inputs)) {
    documents[`${name}-merged`] = await cluster.signet('kubeadm-config', '--merge', kubeadm.file(`${name}.yaml`, text))
  }
  for (const [name, text] of Object.entries(documents)) {
    if (!text.includes('external:')) throw new Error(`${name} holds no etcd.external`)
    const { status, stderr } = await kubeadm.validate(kubeadm.file(`${name}.yaml`, text))
    if (status !== 0) throw new Error(`kubeadm refuses ${name}: ${stderr}`)
  }
  // The control: what an operator gets who puts our lines beside kubeadm's own.
  const both = whole.replace(/^etcd:$/m, 'etcd:\n  local:\n    dataDir: /var/lib/etcd')
  const { status, stderr } = await kubeadm.validate(kubeadm.file('both.yaml', both))
  if (status === 0 || !stderr.includes('mutually exclusive')) throw new Error(`etcd.local is not refused: ${stderr}`)
  return Object.keys(documents)
}

// kubeadm 1.35 has no v1.
async function asV1(kubeadm: Kubeadm, defaults: string): Promise<Readonly<Record<string, string>>> {
  const text = defaults.replaceAll('kubeadm.k8s.io/v1beta4', 'kubeadm.k8s.io/v1')
  const { status, stderr } = await kubeadm.validate(kubeadm.file('v1.yaml', text))
  if (status === 0) return { v1: text }
  if (stderr.includes('unknown configuration APIs')) return {}
  throw new Error(`kubeadm takes neither v1 nor says that it has none: ${stderr}`)
}

function exampleOfRunbook(): string {
  const blocks = readCodeBlocks(`${checkoutDir}/docs/RUNBOOK.md`, 'yaml')
  const example = blocks.find((text) => text.startsWith('apiVersion: kubeadm.k8s.io/'))
  if (example === undefined) throw new Error('RUNBOOK has no example of a ClusterConfiguration')
  return example
}

async function judgePreflight(cluster: KubeCluster, kubeadm: Kubeadm, version: string): Promise<string> {
  const defaults = (await kubeadm.run('config', 'print', 'init-defaults')).stdout
  // No runtime is to be found, nor an image pulled, on a machine that has one.
  const without = defaults
    .replace('unix:///var/run/containerd/containerd.sock', 'unix:///nonexistent/containerd.sock')
    .replace('imagePullPolicy: IfNotPresent', 'imagePullPolicy: Never')
  const merge = kubeadm.file('preflight-defaults.yaml', without)
  const config = kubeadm.file('preflight.yaml', await cluster.signet('kubeadm-config', '--merge', merge))
  const first = await preflight(kubeadm, config, [])
  const ofEtcd = [...first.matchAll(/\[ERROR (ExternalEtcd\w*)\]: (.*)/g)].map(([, name, text]) => `${name}: ${text}`)
  // Kubernetes is not installed here: what else it lacks is passed over by name, and etcd's version alone decides.
  const lacks = [...new Set([...first.matchAll(/\[ERROR ([^\]]+)\]/g)].map(([, name = '']) => name))]
  const others = [...lacks.filter((name) => !name.startsWith('ExternalEtcd')), 'ImagePull']
  const { status } = await kubeadm.run(...preflightWords(config, others))
  const objection = kubeadmObjection([version])
  if (objection === undefined) {
    if (ofEtcd.length > 0 || status !== 0) throw new Error(`kubeadm refuses etcd ${version}: ${ofEtcd.join('; ')}`)
    return `preflight takes etcd ${version}; passed over, for this is no master: ${others.join(' ')}`
  }
  const isForetold = ofEtcd.length > 0 && ofEtcd.every((line) => line.startsWith('ExternalEtcdVersion: '))
  if (!isForetold || status === 0) throw new Error(`kubeadm does not refuse etcd ${version} by its version: ${first}`)
  await expectWarning(cluster)
  const { status: ignored } = await kubeadm.run(...preflightWords(config, [...others, 'ExternalEtcdVersion']))
  if (ignored !== 0) throw new Error(`--ignore-preflight-errors=ExternalEtcdVersion does not help with etcd ${version}`)
  return `preflight refuses etcd ${version}, as foretold: ${ofEtcd[0]}`
}

async function preflight(kubeadm: Kubeadm, config: string, ignored: readonly string[]): Promise<string> {
  const { stderr } = await kubeadm.run(...preflightWords(config, ignored))
  return stderr
}

function preflightWords(config: string, ignored: readonly string[]): readonly string[] {
  const ignoring = ignored.length === 0 ? [] : [`--ignore-preflight-errors=${ignored.join(',')}`]
  return ['init', 'phase', 'preflight', '--config', config, ...ignoring]
}

/** `kubeadm-config` says it before kubeadm does. */
async function expectWarning(cluster: KubeCluster): Promise<void> {
  const { stderr } = await cluster.trySignet('kubeadm-config')
  if (!stderr.includes('kubeadm refuses an external etcd below'))
    throw new Error(`kubeadm-config does not warn: ${stderr}`)
}
