import { SignetError } from '../core/signet-error.ts'
import { askEndpoints } from './ask/ask-endpoints.ts'
import { byHand } from './ask/by-hand.ts'
import type { ClientWorld } from './client-world.ts'
import { readState, savedSigner } from './saved-state.ts'

/** What kubeadm's ClusterConfiguration calls `etcd.external`. */
export interface ExternalEtcd {
  readonly endpoints: readonly string[]
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** Reads where etcd and the requested files are, with the endpoints as the signer has them now. Throws `unavailable`. */
export async function readExternalEtcd(stateFile: string, world: ClientWorld): Promise<ExternalEtcd> {
  const state = await readState(stateFile, world)
  const endpoints = (await askEndpoints(savedSigner(state), world)) ?? state.endpoints
  if (endpoints.length === 0) {
    throw new SignetError('unavailable', 'no member of the etcd cluster is known', {
      hint: `ask again when etcd is up: ${byHand(savedSigner(state), 'get-peers')}`,
    })
  }
  const { ca, certificate, key } = state.paths
  return { endpoints, caFile: ca, certFile: certificate, keyFile: key }
}

/** The flag by which kube-apiserver knows the members. */
export function formatEtcdServers(endpoints: readonly string[]): string {
  return `--etcd-servers=${endpoints.join(',')}`
}

/** The stanza in YAML. A JSON string is a YAML one: no path or URL can break out of its place. */
export function formatExternalEtcd({ endpoints, caFile, certFile, keyFile }: ExternalEtcd): readonly string[] {
  return [
    'etcd:',
    '  external:',
    '    endpoints:',
    ...endpoints.map((endpoint) => `      - ${JSON.stringify(endpoint)}`),
    `    caFile: ${JSON.stringify(caFile)}`,
    `    certFile: ${JSON.stringify(certFile)}`,
    `    keyFile: ${JSON.stringify(keyFile)}`,
  ]
}
