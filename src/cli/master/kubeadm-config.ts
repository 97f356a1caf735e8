import { byHand } from '../../client/ask/by-hand.ts'
import { planLayout, requireDirectory } from '../../client/client-layout.ts'
import { systemClientWorld } from '../../client/client-world.ts'
import { readEndpoints } from '../../client/plan-request.ts'
import { readState, savedSigner } from '../../client/saved-state.ts'
import { SignetError } from '../../core/signet-error.ts'
import { type CommandStreams, warnOn } from '../command-streams.ts'

/** What an operator may say to `kubeadm-config`, as typed. */
export interface KubeadmConfigOptions {
  /** The directory that `request` was given. */
  readonly dir?: string
  readonly json?: boolean
}

/** Prints the `etcd.external` stanza of kubeadm's ClusterConfiguration, with the endpoints as the signer has them now. */
export async function runKubeadmConfig(options: KubeadmConfigOptions, streams: CommandStreams): Promise<void> {
  const ports = systemClientWorld(warnOn(streams), { dir: options.dir })
  await requireDirectory(options.dir, ports.files)
  const state = await readState(planLayout(options.dir).stateFile, ports)
  const endpoints = (await readEndpoints(savedSigner(state), ports)) ?? state.endpoints
  if (endpoints.length === 0) {
    throw new SignetError('unavailable', 'no member of the etcd cluster is known', {
      hint: `ask again when etcd is up: ${byHand(savedSigner(state), 'get-peers')}`,
    })
  }
  const { ca, certificate, key } = state.paths
  const external = { endpoints, caFile: ca, certFile: certificate, keyFile: key }
  streams.stdout.write(options.json === true ? `${JSON.stringify({ etcd: { external } })}\n` : formatStanza(external))
}

interface ExternalEtcd {
  readonly endpoints: readonly string[]
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

// A JSON string is a YAML one: no path or URL can break out of its place.
function formatStanza({ endpoints, caFile, certFile, keyFile }: ExternalEtcd): string {
  const lines = [
    'etcd:',
    '  external:',
    '    endpoints:',
    ...endpoints.map((endpoint) => `      - ${JSON.stringify(endpoint)}`),
    `    caFile: ${JSON.stringify(caFile)}`,
    `    certFile: ${JSON.stringify(certFile)}`,
    `    keyFile: ${JSON.stringify(keyFile)}`,
  ]
  return `${lines.join('\n')}\n`
}
