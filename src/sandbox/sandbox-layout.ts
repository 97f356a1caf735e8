import { dirname, join } from 'node:path'
import { type HostLayout, hostLayout } from '../host/host-layout.ts'

/** Where everything of a sandbox is that is not below the root of one of its hosts. */
export interface SandboxLayout {
  readonly directory: string
  readonly marker: string
  readonly description: string
  readonly sshConfig: string
  readonly knownHosts: string
  readonly logs: string
  /** One directory a host, which is its root. */
  readonly hosts: string
  readonly sockets: string
  readonly caCertificate: string
  readonly adminCertificate: string
  readonly adminKey: string
}

/** The one that founds the cluster, and signs. */
export const firstHost = 'etcd-1'

export function sandboxLayout(directory: string): SandboxLayout {
  return {
    directory,
    marker: join(directory, '.signet-sandbox'),
    description: join(directory, 'sandbox.json'),
    sshConfig: join(directory, 'ssh_config'),
    knownHosts: join(directory, 'known_hosts'),
    logs: join(directory, 'logs'),
    hosts: join(directory, 'hosts'),
    sockets: join(directory, 'run'),
    caCertificate: join(directory, 'pki', 'ca.crt'),
    adminCertificate: join(directory, 'members', firstHost, 'server.crt'),
    adminKey: join(directory, 'members', firstHost, 'server.key'),
  }
}

/** The layout of a host, as any, but for its sockets: a socket's path has at most 107 bytes. */
export function sandboxHostLayout({ hosts, sockets }: SandboxLayout, name: string): HostLayout {
  return {
    ...hostLayout(join(hosts, name)),
    authoritySocket: join(sockets, 'authority.sock'),
    relaySocket: join(sockets, 'relay.sock'),
  }
}

/** Short names below the directory for what people look for on a host, and where they lead. */
export function shortNames(layout: SandboxLayout, host: string): Readonly<Record<string, string>> {
  const { pki, configuration, etcdBinaries, journal, hostKey } = sandboxHostLayout(layout, host)
  const member = { [join('members', host)]: pki }
  if (host !== firstHost) return member
  const ofSigner = { journal: dirname(journal), 'signet.yaml': configuration, ssh_host_ed25519_key: hostKey }
  return { ...member, pki, 'etcd-bin': etcdBinaries, ...ofSigner }
}
