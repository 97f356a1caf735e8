import { SignetError } from '../core/signet-error.ts'
import type { EtcdClient } from '../etcd/etcd-client.ts'
import { type ClusterAccess, connectCluster } from './cluster-access.ts'

/** How etcdctl is to reach the cluster. */
export interface EtcdctlAccess extends ClusterAccess {
  /** Asks the signer for the members, where none of the endpoints answers. Undefined where it cannot tell. */
  readonly askPeers?: () => Promise<readonly string[] | undefined>
}

/** All that etcdctl is started with: the members as they are now, the pair, and what the operator typed. */
export async function readEtcdctlArguments(
  typed: readonly string[],
  access: EtcdctlAccess,
): Promise<readonly string[]> {
  const { ca, certificate, key } = access.paths
  const endpoints = givesEndpoints(typed) ? [] : planEndpoints(typed, await listEndpoints(access))
  return [...endpoints, `--cacert=${ca}`, `--cert=${certificate}`, `--key=${key}`, ...typed]
}

async function listEndpoints(access: EtcdctlAccess): Promise<readonly string[]> {
  const client = await connectKnown(access)
  client.close()
  return [...new Set(client.endpoints)]
}

async function connectKnown(access: EtcdctlAccess): Promise<EtcdClient> {
  try {
    if (access.endpoints.length === 0) throw unknownMembers()
    return await connectCluster(access)
  } catch (failure) {
    const asked = await access.askPeers?.()
    if (asked === undefined) throw failure
    return connectCluster({ ...access, endpoints: asked })
  }
}

function unknownMembers(): SignetError {
  return new SignetError('unavailable', 'no member of etcd is known to this host', {
    hint: 'name one behind the dashes: signet etcdctl -- --endpoints=https://IP:2379 endpoint health',
  })
}

function givesEndpoints(args: readonly string[]): boolean {
  return args.some((argument) => /^--endpoints(=|$)/.test(argument))
}

/**
 * What etcdctl is told of endpoints: every one that is known, but of a snapshot, which is one member's, the first.
 * @internal
 */
export function planEndpoints(args: readonly string[], known: readonly string[]): readonly string[] {
  const isSnapshot = args.some((argument, index) => argument === 'snapshot' && args[index + 1] === 'save')
  return [`--endpoints=${(isSnapshot ? known.slice(0, 1) : known).join(',')}`]
}
