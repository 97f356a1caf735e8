import { stringify } from 'yaml'
import { formatHostPort } from '../../core/ip-address.ts'
import type { HostWorld } from '../host-world.ts'
import type { SignerSettings } from './signer-settings.ts'

const heading = `Signet's configuration, for the signer; all settings: man signet.yaml.
What is signed, for how long and for whom changes only here: edit, then run
  systemctl restart signet-authority signet-endpoint`

/** The text of `signet.yaml`. Paths are written only where they are not those of a real host. */
export function formatSignetYaml(
  { layout, etcdPorts }: Pick<HostWorld, 'layout' | 'etcdPorts'>,
  settings: SignerSettings,
): string {
  const { networks, clientLifetime, memberLifetime, members, embeddedPort, embeddedAddress } = settings
  const embedded = { address: embeddedAddress, port: embeddedPort, hostKey: layout.hostKey }
  // What is undefined is left out.
  const document = {
    controlPlaneNetworks: networks,
    lifetimes: { client: clientLifetime, member: memberLifetime },
    joins: members && 'closed',
    members: members && Object.fromEntries(members.map(({ name, address }) => [name, address])),
    endpoint: embeddedPort === undefined ? { front: 'openssh' } : { front: 'embedded', embedded },
    etcd: etcdPorts.client === 2379 ? undefined : { endpoints: [urlOf(etcdPorts.client)] },
    paths: layout.root === '/' ? undefined : pathsOf(layout),
  }
  return `${heading.replace(/^/gm, '# ')}\n${stringify(document)}`
}

function urlOf(port: number): string {
  return `https://${formatHostPort('127.0.0.1', port)}`
}

function pathsOf({ caCertificate, caKey, journal, authoritySocket, relaySocket }: HostWorld['layout']) {
  return { caCertificate, caKey, journal, authoritySocket, relaySocket }
}
