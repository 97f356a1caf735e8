import { planLayout, requireDirectory } from '../../client/client-layout.ts'
import { systemClientWorld } from '../../client/client-world.ts'
import { type ExternalEtcd, formatEtcdServers, readExternalEtcd } from '../../client/external-etcd.ts'
import { clusterConfigurationJson, formatClusterConfiguration } from '../../client/kubeadm/cluster-configuration.ts'
import { mergeExternalEtcd } from '../../client/kubeadm/merge-external-etcd.ts'
import { readKubeadmFile } from '../../client/kubeadm/read-kubeadm-file.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { startBudget } from '../../core/time-budget.ts'
import { systemInspection } from '../../diagnosis/inspect/inspection-world.ts'
import { inspectHost } from '../../diagnosis/inspect-host.ts'
import { showAsking } from '../../diagnosis/screen/show-waits.ts'
import { formatObjection, kubeadmObjection } from '../../etcd/versions/kubeadm-minimum.ts'
import { type CommandStreams, printJson, printLines, sayOn, warnOn } from '../command-streams.ts'

/** What an operator may say to `kubeadm-config`, as typed. */
export interface KubeadmConfigOptions {
  /** The directory that `request` was given. */
  readonly dir?: string
  /** A file of kubeadm's, which is read and not written. */
  readonly merge?: string
  /** Prints no document, but what kube-apiserver is to be given. */
  readonly flag?: boolean
  readonly json?: boolean
}

/** Prints a ClusterConfiguration with `etcd.external`, the operator's own with it, or a flag of kube-apiserver. */
export async function runKubeadmConfig(options: KubeadmConfigOptions, streams: CommandStreams): Promise<void> {
  const { dir, merge, flag } = options
  const world = showAsking(systemClientWorld(warnOn(streams), { dir }), streams.stderr)
  await requireDirectory(dir, world.files)
  // Before anybody is asked: a file that is not there needs no signer.
  const text = merge === undefined ? '' : await readKubeadmFile(merge, world.files)
  const external = await readExternalEtcd(planLayout(dir).stateFile, world)
  if (flag === true) return printLines(streams, [formatEtcdServers(external.endpoints)])
  if (merge === undefined) printDocument(external, options, streams)
  else printMerged({ text, file: merge }, external, streams)
  await warnOfOldEtcd(options, streams)
}

function printDocument(external: ExternalEtcd, { json }: KubeadmConfigOptions, streams: CommandStreams): void {
  if (json === true) printJson(streams, clusterConfigurationJson(external))
  else printLines(streams, formatClusterConfiguration(external))
}

function printMerged(
  { text, file }: { readonly text: string; readonly file: string },
  external: ExternalEtcd,
  streams: CommandStreams,
): void {
  const merged = mergeExternalEtcd(text, external, file)
  streams.stdout.write(merged.text)
  if (!merged.replaced.includes('local')) return
  sayOn(streams)(`etcd.local of ${quoteUntrusted(file)} is left out: etcd.external takes its place`)
}

// Members that do not answer have no version, and doctor says that they do not.
async function warnOfOldEtcd({ dir }: KubeadmConfigOptions, streams: CommandStreams): Promise<void> {
  const places = dir === undefined ? {} : { dir }
  const quiet = systemInspection(() => {}, startBudget(15_000))
  const { versions } = await inspectHost(['versions'], places, quiet)
  const objection = kubeadmObjection(versions?.members ?? [])
  if (objection !== undefined) warnOn(streams)(formatObjection(objection))
}
