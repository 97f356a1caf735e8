import { maxListedMembers } from '../../core/member-name.ts'
import type { SignetConfig } from '../../host/signet-config.ts'
import type { EtcdConnection, EtcdTrust } from './cluster-reader.ts'

const timeoutMs = 1500
// Whoever asks for the versions waits a second for all of them.
const statusTimeoutMs = 700

/** Connects to the endpoints of `signet.yaml` and to the learnt ones. */
export async function connectToEtcd(
  { etcd }: Pick<SignetConfig, 'etcd'>,
  trust: EtcdTrust,
  learnt: readonly string[],
): Promise<EtcdConnection> {
  // gRPC costs start-up time and memory, and is not needed before the first question.
  const [{ connectEtcd }, { listMembers }, { readMemberStatus }] = await Promise.all([
    import('../../etcd/etcd-client.ts'),
    import('../../etcd/list-members.ts'),
    import('../../etcd/member-status.ts'),
  ])
  const endpoints = [...new Set([...etcd.endpoints, ...learnt])]
  const client = connectEtcd({ ...trust, endpoints, timeoutMs })
  return {
    listMembers: (linearizable) => listMembers(client, { linearizable }),
    readVersions: async (members) => {
      const urls = members
        .flatMap(({ clientUrls: [url] }) => (url === undefined ? [] : [url]))
        .slice(0, maxListedMembers)
      const statuses = urls.map(async (url) => [(await readMemberStatus(client, url, statusTimeoutMs)).version])
      return (await Promise.all(statuses.map((status) => status.catch(() => [])))).flat()
    },
    close: () => client.close(),
  }
}
