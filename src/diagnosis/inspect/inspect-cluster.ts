import { askEndpoints } from '../../client/ask/ask-endpoints.ts'
import type { ClientWorld } from '../../client/client-world.ts'
import type { ClusterView } from '../../cluster/cluster-view.ts'
import { readCluster } from '../../cluster/read-cluster.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { connectEtcd, type EtcdClient, type EtcdPlaces } from '../../etcd/etcd-client.ts'
import type { InspectedPair } from './inspect-pair.ts'
import type { HostPair } from './inspect-pairs.ts'
import type { InspectedSigner } from './inspect-signer.ts'
import type { InspectionWorld } from './inspection-world.ts'

/** The members, each asked over a TLS handshake of its own, or why that could not be done. */
export type InspectedCluster = { readonly endpoints: readonly string[] } & (
  | { readonly view: ClusterView }
  | { readonly failure: SignetError }
)

/** From whom the members are known where a pair does not tell. */
export interface MemberSources {
  /** Where etcd answers, for a member. */
  readonly memberEndpoints: readonly string[]
  readonly readSigner: () => Promise<InspectedSigner | undefined>
  readonly world: ClientWorld & Pick<InspectionWorld, 'remainingMs'>
}

// What is kept of the time of a look for asking each member, once it is known who they are.
const keptForStatusMs = 500
const statusTimeoutMs = 2000

/**
 * Connects with a pair of this host, anew, so that what holds for the next handshake is seen now. Undefined where there is
 * no pair to connect with.
 */
export async function inspectCluster(
  pairs: readonly HostPair[],
  sources: MemberSources,
): Promise<InspectedCluster | undefined> {
  const whole = pairs.find(({ pair }) => pair.key.content !== undefined && pair.certificate.content !== undefined)
  return whole === undefined ? undefined : askMembers(whole.pair, await findEndpoints(whole, sources), sources.world)
}

async function findEndpoints({ pair, state }: HostPair, sources: MemberSources): Promise<readonly string[]> {
  const saved = state?.endpoints ?? []
  if (saved.length > 0) return saved
  if (pair.kind === 'member') return sources.memberEndpoints
  const signer = await sources.readSigner()
  if (signer === undefined || 'failure' in signer) return []
  // Quiet: that no endpoint is known is told with the cluster.
  const { onWarning: _, ...quiet } = sources.world
  return (await askEndpoints(signer.signer, quiet)) ?? []
}

async function askMembers(
  pair: InspectedPair,
  endpoints: readonly string[],
  { remainingMs }: Pick<InspectionWorld, 'remainingMs'>,
): Promise<InspectedCluster> {
  try {
    const client = connectAs(pair, { endpoints, timeoutMs: Math.max(1, remainingMs() - keptForStatusMs) })
    // From one member's memory: the picture is wanted most while there is no quorum.
    const limits = { statusTimeoutMs: () => Math.min(statusTimeoutMs, remainingMs()), asksAllAtOnce: true }
    const read = readCluster(client, { linearizable: false, ...limits })
    return { endpoints, view: await read.finally(() => client.close()) }
  } catch (error) {
    return { endpoints, failure: asSignetError(error) }
  }
}

function connectAs({ key, certificate, ca }: InspectedPair, places: EtcdPlaces): EtcdClient {
  if (key.content === undefined || certificate.file === undefined || ca.file === undefined) {
    throw new SignetError('configuration', 'etcd was not asked: this host has no whole pair', {
      hint: 'see what is said of its files',
    })
  }
  const keyPem = key.content.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return connectEtcd({ ...places, keyPem, certPem: certificate.file.text, caPem: ca.file.text })
}
