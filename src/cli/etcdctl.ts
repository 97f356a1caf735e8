import { runInteractively } from '../host/run-interactively.ts'
import { connectCluster, findAccess } from './cluster-access.ts'

export interface EtcdctlWorld {
  readonly sandbox?: string
  readonly environment: NodeJS.ProcessEnv
}

/** Runs etcdctl with this host's certificate and the endpoints of all members; returns its exit status. */
export async function runEtcdctl(args: readonly string[], { sandbox, environment }: EtcdctlWorld): Promise<number> {
  const access = findAccess(sandbox)
  const client = await connectCluster(access)
  const endpoints = [...new Set(client.endpoints)].join(',')
  client.close()
  const { caFile, certFile, keyFile } = access
  const tls = [`--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`]
  return runInteractively('etcdctl', [`--endpoints=${endpoints}`, ...tls, ...args], {
    ...environment,
    ETCDCTL_API: '3',
  })
}
