import type { SignetConfig } from '../../host/signet-config.ts'
import { formatCaBundle } from '../../x509/ca-bundle.ts'
import { readCaFile } from './ca-file.ts'
import type { EtcdConnection } from './cluster-reader.ts'
import type { ClientCredential } from './endpoint-credential.ts'

const timeoutMs = 1500

/** Connects to the endpoints of `signet.yaml` and to the learnt ones. */
export async function connectToEtcd(
  { paths, etcd }: SignetConfig,
  credential: ClientCredential,
  learnt: readonly string[],
): Promise<EtcdConnection> {
  // gRPC costs start-up time and memory, and is not needed before the first question.
  const [{ connectEtcd }, { listMembers }] = await Promise.all([
    import('../../etcd/etcd-client.ts'),
    import('../../etcd/list-members.ts'),
  ])
  // While the CA is exchanged some members show a certificate of the one, some of the other.
  const caPem = formatCaBundle(await readCaFile(paths.caCertificate))
  const endpoints = [...new Set([...etcd.endpoints, ...learnt])]
  const client = connectEtcd({ ...credential, caPem, endpoints, timeoutMs })
  return {
    listMembers: (linearizable) => listMembers(client, { linearizable }),
    close: () => client.close(),
  }
}
