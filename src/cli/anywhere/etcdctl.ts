import type { ClientWorld } from '../../client/client-world.ts'
import { connectCluster } from '../../cluster/cluster-access.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { EtcdClient } from '../../etcd/etcd-client.ts'
import { runInteractively } from '../../host/programs/run-interactively.ts'
import { type EtcdctlAccess, type EtcdctlPlace, findEtcdctlAccess } from './etcdctl-access.ts'

/** Runs etcdctl with this host's certificate and the endpoints of all members; returns its exit status. */
export async function runEtcdctl(args: readonly string[], place: EtcdctlPlace, ports: ClientWorld): Promise<number> {
  const access = await findEtcdctlAccess(place, ports)
  const { ca, certificate, key } = access.paths
  const endpoints = givesEndpoints(args) ? [] : planEndpoints(args, await listEndpoints(access))
  return runInteractively('etcdctl', [
    ...endpoints,
    ...[`--cacert=${ca}`, `--cert=${certificate}`, `--key=${key}`, ...args],
  ])
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
