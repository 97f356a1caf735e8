import { dirname } from 'node:path'
import type { Signer } from '../client/ask/signer.ts'
import { parseConfig, type SignetConfig } from '../host/signet-config.ts'
import type { HostWorld } from './host-world.ts'

/** Writes `signet.yaml`, checked first. */
export async function writeSignetYaml({ layout, files }: HostWorld, text: string): Promise<void> {
  parseConfig(text, layout.configuration)
  await files.makeDirectory(dirname(layout.configuration), { mode: 0o755 })
  await files.write(layout.configuration, text, { mode: 0o644 })
}

/** The configuration of this signer. Throws `configuration`. */
export async function readSignetYaml({ layout, files }: HostWorld): Promise<SignetConfig> {
  return parseConfig((await files.read(layout.configuration))?.text ?? '', layout.configuration)
}

/** How the signer calls itself, to renew without quorum. */
export function ownSigner({ layout }: HostWorld, { endpoint }: SignetConfig, address: string): Signer {
  const port = endpoint.front === 'embedded' ? { port: endpoint.embedded.port } : {}
  return { address, ...port, bindAddress: address, knownHostsFile: layout.knownHosts, hostKeyPolicy: 'remember' }
}
