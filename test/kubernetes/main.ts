// A real kube-apiserver on Signet's etcd, and what happens to both: npm run test:kubernetes.
import { choosePairs } from './runner/choose-pairs.ts'
import { describeMachine } from './runner/describe-machine.ts'
import { KubeUsageError, kubeUsage, parseKubeOptions } from './runner/kube-options.ts'
import type { KubePair, KubeScenario, KubeVerdict } from './runner/kube-scenario.ts'
import { PassedPairs } from './runner/passed-pairs.ts'
import { runKubeScenario } from './runner/run-kube-scenario.ts'
import { kubeScenarios } from './scenarios.ts'
import { findEtcdsFor, findKubernetes, KubeUnable } from './set-up.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))

try {
  process.exitCode = (await runAll()) ? 0 : 1
} catch (error) {
  process.exitCode = explain(error)
}

async function runAll(): Promise<boolean> {
  const options = parseKubeOptions(
    process.argv.slice(2),
    kubeScenarios.map(({ name }) => name),
  )
  const { only, all, kubernetes, etcd } = options
  const found = { kubernetes: await findKubernetes(kubernetes), etcds: await findEtcdsFor(etcd) }
  const pairs = choosePairs({ ...found, isWhole: all || kubernetes.length + etcd.length > 0 })
  if (pairs.length === 0) throw new KubeUnable('there is none of these versions')
  const passed = all ? await PassedPairs.open() : undefined
  const wanted = kubeScenarios.filter(({ name }) => only.length === 0 || only.includes(name))
  const left = pairs.flatMap((pair) => wanted.map((scenario) => ({ scenario, pair })))
  process.stdout.write(`${describeMachine()}\n`)
  const verdicts: KubeVerdict[] = []
  for (const { scenario, pair } of left.filter(({ scenario, pair }) => passed?.has(scenario.name, pair) !== true)) {
    const verdict = await runOne(scenario, pair)
    if (verdict.failure === undefined) passed?.add(scenario.name, pair)
    verdicts.push(verdict)
  }
  const failed = verdicts.filter(({ failure }) => failure !== undefined).length
  process.stdout.write(
    `${verdicts.length} scenarios run, ${failed} failed; ${left.length - verdicts.length} had passed before\n`,
  )
  return failed === 0
}

async function runOne(scenario: KubeScenario, pair: KubePair): Promise<KubeVerdict> {
  const where = `${scenario.name}, Kubernetes ${pair.kubernetes.version} on etcd ${pair.etcd.version}`
  process.stderr.write(`test:kubernetes: ${where} ...\n`)
  const verdict = await runKubeScenario(scenario, pair)
  const { failure, seconds, notes, title } = verdict
  const lines = [...notes.map((note) => `  ${note}`), ...(failure === undefined ? [] : [`  ${failure}`])]
  const said = failure === undefined ? 'ok' : 'FAILED'
  process.stdout.write(
    `${said}  ${where} (${seconds.toFixed(0)} s): ${title}\n${lines.map((line) => `${line}\n`).join('')}`,
  )
  return verdict
}

/** Says why nothing, or not all, was tested; answers with the exit status to end with. */
function explain(error: unknown): number {
  if (error instanceof KubeUsageError) {
    process.stderr.write(`test:kubernetes: ${error.message}\n${kubeUsage}`)
    return 64
  }
  if (!(error instanceof KubeUnable)) throw error
  process.stderr.write(`test:kubernetes: NOT RUN: ${error.message}\n`)
  return 69
}
