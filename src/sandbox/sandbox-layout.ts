import { join } from 'node:path'

/** Where everything of a sandbox is. */
export interface SandboxLayout {
  readonly directory: string
  readonly marker: string
  readonly config: string
  readonly description: string
  readonly sshConfig: string
  readonly knownHosts: string
  readonly hostKey: string
  readonly caKey: string
  readonly caCertificate: string
  readonly journal: string
  readonly authoritySocket: string
  readonly relaySocket: string
  readonly readyFile: string
  readonly logs: string
}

/** The files of a member. */
export interface MemberLayout {
  readonly directory: string
  readonly data: string
  readonly key: string
  readonly certificate: string
  /** The member's own copy, as on a host of its own. */
  readonly ca: string
  readonly initialCluster: string
  readonly renewal: string
  readonly progress: string
  readonly log: string
}

export function sandboxLayout(directory: string): SandboxLayout {
  return {
    directory,
    marker: join(directory, '.signet-sandbox'),
    config: join(directory, 'signet.yaml'),
    description: join(directory, 'sandbox.json'),
    sshConfig: join(directory, 'ssh_config'),
    knownHosts: join(directory, 'known_hosts'),
    hostKey: join(directory, 'ssh_host_ed25519_key'),
    caKey: join(directory, 'pki', 'ca.key'),
    caCertificate: join(directory, 'pki', 'ca.crt'),
    journal: join(directory, 'journal', 'issued.jsonl'),
    authoritySocket: join(directory, 'run', 'authority.sock'),
    relaySocket: join(directory, 'run', 'relay.sock'),
    readyFile: join(directory, 'run', 'endpoint.json'),
    logs: join(directory, 'logs'),
  }
}

export function memberLayout(layout: SandboxLayout, name: string): MemberLayout {
  const directory = join(layout.directory, 'members', name)
  return {
    directory,
    data: join(directory, 'data'),
    key: join(directory, 'server.key'),
    certificate: join(directory, 'server.crt'),
    ca: join(directory, 'ca.crt'),
    initialCluster: join(directory, 'initial-cluster'),
    renewal: join(directory, 'renewal.json'),
    progress: join(directory, 'setup', 'join.json'),
    log: join(layout.logs, `${name}.log`),
  }
}
