import { isIPv6 } from 'node:net'
import { createNetworkPolicy } from '../host/net/network-policy.ts'
import type { SignerSettings } from '../setup/signer/signer-settings.ts'
import { formatSignetYaml } from '../setup/signer/signet-yaml.ts'
import { writeSignetYaml } from '../setup/signer-configuration.ts'
import type { SandboxHost } from './sandbox-host.ts'
import type { SandboxOptions } from './sandbox-options.ts'

const daemons = ['signet-authority.service', 'signet-endpoint.service']

/** What the first host signs for whom. It calls itself while it is set up, and so lies in one of the networks. */
export function planSigner({ address, sshPort }: SandboxHost, options: SandboxOptions): SignerSettings {
  const { networks, clientLifetime } = options
  const all = isWithin(networks, address) ? networks : [...networks, `${address}/${isIPv6(address) ? 128 : 32}`]
  return { networks: all, clientLifetime, embeddedPort: sshPort, embeddedAddress: address }
}

/** Shuts out the first host's own address where it lies in none of the given networks: an edit of signet.yaml. */
export async function narrowNetworks(host: SandboxHost, options: SandboxOptions): Promise<void> {
  const { networks } = options
  if (isWithin(networks, host.address)) return
  await writeSignetYaml(host.world, formatSignetYaml(host.world, { ...planSigner(host, options), networks }))
  for (const unit of daemons) await host.units.restart(unit)
}

function isWithin(networks: readonly string[], address: string): boolean {
  return createNetworkPolicy(networks)(address)
}
