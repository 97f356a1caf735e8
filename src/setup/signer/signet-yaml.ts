import { stringify } from 'yaml'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import type { HostWorld } from '../host-world.ts'

/** What a leader's configuration says besides what holds for every host. */
export interface LeaderSettings {
  readonly networks: readonly string[]
  /** As typed, such as `24h`. */
  readonly clientLifetime: string
  /** As typed, such as `90d`; the usual one where it is not given. */
  readonly memberLifetime?: string | undefined
  /** Where they are given, joins are closed. */
  readonly members?: readonly MemberPair[]
  /** Undefined for sshd. */
  readonly embeddedPort: number | undefined
  /** Where the embedded front listens; at all addresses where it is not given. */
  readonly embeddedAddress?: string | undefined
}

const heading = `Signet's configuration, for the leader; all settings: man signet.yaml.
What is signed, for how long and for whom changes only here: edit, then run
  systemctl restart signet-authority signet-endpoint`

/** The text of `signet.yaml`. Paths are written only where they are not those of a real host. */
export function formatSignetYaml(
  { layout, etcdPorts }: Pick<HostWorld, 'layout' | 'etcdPorts'>,
  settings: LeaderSettings,
): string {
  const { networks, clientLifetime, memberLifetime, members, embeddedPort, embeddedAddress } = settings
  const isElsewhere = layout.root !== '/'
  const embedded = { address: embeddedAddress, port: embeddedPort, hostKey: layout.hostKey }
  const document = {
    controlPlaneNetworks: networks,
    lifetimes: { client: clientLifetime, ...(memberLifetime === undefined ? {} : { member: memberLifetime }) },
    ...(members === undefined ? {} : closedJoins(members)),
    endpoint: embeddedPort === undefined ? { front: 'openssh' } : { front: 'embedded', embedded },
    ...(etcdPorts.client === 2379
      ? {}
      : { etcd: { endpoints: [`https://${formatHostPort('127.0.0.1', etcdPorts.client)}`] } }),
    ...(isElsewhere ? { paths: pathsOf(layout) } : {}),
  }
  return `${heading.replace(/^/gm, '# ')}\n${stringify(document)}`
}

function closedJoins(members: readonly MemberPair[]) {
  return { joins: 'closed', members: Object.fromEntries(members.map(({ name, address }) => [name, address])) }
}

function pathsOf({ caCertificate, caKey, journal, authoritySocket, relaySocket }: HostWorld['layout']) {
  return { caCertificate, caKey, journal, authoritySocket, relaySocket }
}
