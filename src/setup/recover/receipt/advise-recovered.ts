import { formatServersFlag } from '../../../client/apiserver/compare-servers.ts'
import type { HostWorld } from '../../host-world.ts'
import { readListedMembers } from '../../joins/signer-host.ts'
import { adviseMasters, readKnownMasters } from '../../tell-masters.ts'
import { readOwnEtcd } from '../own-etcd.ts'

/** What kube-apiserver should have from now on, and who must be told. */
export interface RecoveredAdvice {
  readonly etcdServers: string
  readonly lines: readonly string[]
}

/** The flag that kube-apiserver should have after a recovery, and on which masters it is to be changed. */
export async function adviseRecovered(world: HostWorld): Promise<RecoveredAdvice> {
  const etcdServers = await readServersFlag(world)
  const news = { flag: etcdServers, nowMs: world.clock.now() }
  const named = adviseMasters({ ...news, masters: await readKnownMasters(world) })
  // A journal that names nobody may be new, as after adopt: there are masters all the same.
  return { etcdServers, lines: named.length > 0 ? named : adviseMasters(news) }
}

// Others may have come by the time that somebody asks again.
async function readServersFlag(world: HostWorld): Promise<string> {
  const members = await readListedMembers(world, { needsQuorum: false }).catch(() => [])
  const voters = members.filter(({ isStarted, isLearner }) => isStarted && !isLearner)
  if (voters.length === 0) return formatServersFlag([[(await readOwnEtcd(world)).clientUrl]])
  return formatServersFlag(voters.map(({ clientUrls }) => clientUrls))
}
