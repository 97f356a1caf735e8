import { planLayout, requireDirectory } from '../../client/client-layout.ts'
import { systemClientWorld } from '../../client/client-world.ts'
import { formatExternalEtcd, readExternalEtcd } from '../../client/external-etcd.ts'
import { type CommandStreams, printJson, printLines, warnOn } from '../command-streams.ts'

/** What an operator may say to `kubeadm-config`, as typed. */
export interface KubeadmConfigOptions {
  /** The directory that `request` was given. */
  readonly dir?: string
  readonly json?: boolean
}

/** Prints the `etcd.external` stanza of kubeadm's ClusterConfiguration. */
export async function runKubeadmConfig({ dir, json }: KubeadmConfigOptions, streams: CommandStreams): Promise<void> {
  const world = systemClientWorld(warnOn(streams), { dir })
  await requireDirectory(dir, world.files)
  const external = await readExternalEtcd(planLayout(dir).stateFile, world)
  if (json === true) printJson(streams, { etcd: { external } })
  else printLines(streams, formatExternalEtcd(external))
}
