import { quoteSshPath } from '../client/ask/quote-ssh-path.ts'
import type { SandboxLayout } from './sandbox-layout.ts'

export interface SshAddress {
  readonly host: string
  readonly port: number
}

/** The client configuration with which `ssh -F FILE signer@leader …` is all that differs from a real host. */
export function formatSshConfig(layout: SandboxLayout, { host, port }: SshAddress): string {
  return [
    // By either name the RUNBOOK's commands run as they stand.
    'Host leader signer',
    `  HostName ${host}`,
    `  Port ${port}`,
    '  User signer',
    `  UserKnownHostsFile ${quoteSshPath(layout.knownHosts)}`,
    '  GlobalKnownHostsFile none',
    '  StrictHostKeyChecking yes',
    '  IdentityFile none',
    '  IdentityAgent none',
    '  ConnectTimeout 10',
    // OpenSSH from 10.1 warns of key exchange that is not post-quantum, which ssh2 does not have.
    '  IgnoreUnknown WarnWeakCrypto',
    '  WarnWeakCrypto no',
    '',
  ].join('\n')
}
