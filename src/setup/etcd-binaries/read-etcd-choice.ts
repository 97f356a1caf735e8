import type { HostWorld } from '../host-world.ts'
import type { RunProgress } from '../run/run-progress.ts'
import { chooseEtcd, type EtcdChoice } from './choose-etcd.ts'
import { findEtcds } from './find-etcds.ts'

/** What was typed, what the cluster runs, and how far an earlier run came. */
export interface EtcdQuestion {
  readonly named?: string | undefined
  readonly clusterVersion?: string | undefined
  readonly progress: RunProgress | undefined
}

type ChoosingWorld = Parameters<typeof findEtcds>[0] & Pick<HostWorld, 'files'>

/** Looks at every etcd of this host and chooses the one that it is to run; changes nothing. */
export async function readEtcdChoice(world: ChoosingWorld, question: EtcdQuestion): Promise<EtcdChoice> {
  const { named, clusterVersion, progress } = question
  // What a run has linked before it was cut off may run already, and its data are of that version.
  const begunWith = progress?.isFinished === false ? await world.files.readLink(world.layout.etcdBinaries) : undefined
  return chooseEtcd(await findEtcds(world, named), { clusterVersion, begunWith })
}
