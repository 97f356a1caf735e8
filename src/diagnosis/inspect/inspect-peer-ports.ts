import { asSignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import type { AuthorityClientOptions } from '../../endpoint/upstream/authority-client.ts'
import type { InspectedAuthority } from './inspect-authority.ts'
import type { InspectedCluster } from './inspect-cluster.ts'
import { type HostPair, installedTrust } from './inspect-pairs.ts'
import type { InspectionWorld } from './inspection-world.ts'
import { obtainProbe, type PeerPortProbe, type ProbeCredential, probePeerPort } from './probe-peer-port.ts'

/** What a client certificate without SAN met at each member, or why none was shown. */
export type InspectedPeerPorts = { readonly probes: readonly PeerPortProbe[] } | { readonly notTried: string }

/** How this host is to the cluster, and what it knows of it. */
export interface ClusterPlace {
  readonly authority: InspectedAuthority | undefined
  readonly cluster: InspectedCluster | undefined
  readonly pairs: readonly HostPair[]
}

/** Tries every member's peer port. Only the signer can have a certificate without SAN made. */
export async function inspectPeerPorts(
  { authority, cluster, pairs }: ClusterPlace,
  { remainingMs }: Pick<InspectionWorld, 'remainingMs'>,
): Promise<InspectedPeerPorts> {
  if (authority === undefined) return { notTried: 'only the signer can try it' }
  if ('failure' in authority) return { notTried: 'the authority does not answer' }
  const caPem = installedTrust(pairs)?.file?.text
  if (cluster === undefined || !('view' in cluster) || caPem === undefined)
    return { notTried: 'the members are not known' }
  try {
    const place = { socketPath: authority.config.paths.authoritySocket, deadlineMs: Math.min(5000, remainingMs()) }
    const credential = await obtainFromAuthority(place, caPem)
    const timeoutMs = Math.min(3000, remainingMs())
    const members = cluster.view.members.filter(({ member }) => member.isStarted)
    return {
      probes: await Promise.all(members.flatMap(({ member }) => probesOf(member, { ...credential, timeoutMs }))),
    }
  } catch (error) {
    return { notTried: asSignetError(error).message }
  }
}

function probesOf(
  { peerUrls, clientUrls }: { readonly peerUrls: readonly string[]; readonly clientUrls: readonly string[] },
  credential: ProbeCredential & { readonly timeoutMs: number },
): readonly Promise<PeerPortProbe>[] {
  const [clientUrl = ''] = clientUrls
  return peerUrls.map((peerUrl) => probePeerPort({ peerUrl, clientUrl }, credential))
}

function obtainFromAuthority(place: AuthorityClientOptions, caPem: string): Promise<ProbeCredential> {
  return askAuthority(place, (authority) => obtainProbe((csr) => authority.sign({ ask: 'probe', csr }), caPem))
}
