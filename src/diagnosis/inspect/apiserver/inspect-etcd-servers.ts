import type { LocalApiserver } from '../../../client/apiserver/read-apiservers.ts'
import { askEndpoints } from '../../../client/ask/ask-endpoints.ts'
import type { Signer } from '../../../client/ask/signer.ts'
import { clientUrlsOf } from '../../../cluster/cluster-view.ts'
import type { InspectedCluster } from '../inspect-cluster.ts'
import type { HostPair } from '../inspect-pairs.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** Which etcd the kube-apiservers of this host were told of, and which members there are. */
export interface InspectedEtcdServers {
  readonly apiservers: readonly LocalApiserver[]
  /** The client URLs of each; undefined where nobody tells. */
  readonly members: readonly (readonly string[])[] | undefined
  readonly ownAddresses: readonly string[]
  /** The certificate that this host has for etcd. */
  readonly certificateFile: string | undefined
}

/** Other facts that it needs, and whom to ask where etcd does not answer. */
export interface EtcdServersSources {
  readonly pairs: readonly HostPair[]
  readonly readCluster: () => Promise<InspectedCluster | undefined>
  readonly findSigner: () => Promise<Signer | undefined>
  readonly world: Pick<InspectionWorld, 'ask' | 'readApiservers'>
}

/** Undefined where no kube-apiserver is: nothing is compared on a host that has none yet. */
export async function inspectEtcdServers(sources: EtcdServersSources): Promise<InspectedEtcdServers | undefined> {
  const { found, ownAddresses } = (await sources.world.readApiservers?.()) ?? { found: [], ownAddresses: [] }
  if (found.length === 0) return undefined
  const own = sources.pairs.find(({ pair }) => pair.kind === 'client')
  const certificateFile = own?.pair.certificate.path
  return { apiservers: found, members: await findMembers(sources), ownAddresses, certificateFile }
}

// Those that `get-peers` would name; by it where etcd itself was not reached, as when all members that are known here are gone.
async function findMembers({
  readCluster,
  findSigner,
  world,
}: EtcdServersSources): Promise<InspectedEtcdServers['members']> {
  const cluster = await readCluster()
  if (cluster !== undefined && 'view' in cluster) return clientUrlsOf(cluster.view.members)
  const signer = await findSigner()
  const endpoints = signer === undefined ? undefined : await askEndpoints(signer, { ask: world.ask })
  return endpoints?.map((url) => [url])
}
