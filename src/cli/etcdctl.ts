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
  const endpoints = planEndpoints(args, [...new Set(client.endpoints)])
  client.close()
  const { caFile, certFile, keyFile } = access
  const tls = [`--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`]
  return runInteractively('etcdctl', [...endpoints, ...tls, ...args], {
    ...environment,
    ETCDCTL_API: '3',
  })
}

/** What etcdctl is told of endpoints: nothing where the caller says it; of a snapshot, which is one member's, the first. */
export function planEndpoints(args: readonly string[], known: readonly string[]): readonly string[] {
  if (args.some((argument) => /^--endpoints(=|$)/.test(argument))) return []
  const isSnapshot = args.some((argument, index) => argument === 'snapshot' && args[index + 1] === 'save')
  return [`--endpoints=${(isSnapshot ? known.slice(0, 1) : known).join(',')}`]
}
