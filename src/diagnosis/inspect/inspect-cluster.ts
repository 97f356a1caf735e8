import type { ClusterView } from '../../cluster/cluster-view.ts'
import { readCluster } from '../../cluster/read-cluster.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { connectEtcd } from '../../etcd/etcd-client.ts'
import type { InspectedPair } from './inspect-pair.ts'

/** The members, each asked over a TLS handshake of its own, or why that could not be done. */
export type InspectedCluster = { readonly endpoints: readonly string[] } & (
  | { readonly view: ClusterView }
  | { readonly failure: SignetError }
)

const timeoutMs = 3000

/** Connects with a pair of this host, anew, so that what holds for the next handshake is seen now. */
export async function inspectCluster(pair: InspectedPair, endpoints: readonly string[]): Promise<InspectedCluster> {
  const { key, certificate, ca } = pair
  if (key.content === undefined || certificate.file === undefined || ca.file === undefined) {
    const failure = new SignetError('configuration', 'etcd was not asked: this host has no whole pair', {
      hint: 'see what is said of its files',
    })
    return { endpoints, failure }
  }
  try {
    const keyPem = key.content.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const client = connectEtcd({
      endpoints,
      timeoutMs,
      keyPem,
      certPem: certificate.file.text,
      caPem: ca.file.text,
    })
    // From one member's memory: the picture is wanted most while there is no quorum.
    const read = readCluster(client, { linearizable: false, statusTimeoutMs: timeoutMs })
    return { endpoints, view: await read.finally(() => client.close()) }
  } catch (error) {
    return { endpoints, failure: asSignetError(error) }
  }
}
