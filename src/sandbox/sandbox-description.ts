import type { OwnMember } from '../setup/member/own-member.ts'
import type { SandboxHost } from './sandbox-host.ts'
import type { SandboxLayout } from './sandbox-layout.ts'
import type { SshAddress } from './ssh-config.ts'

/** A host of the sandbox that is a member of its cluster. */
export interface MemberHost {
  readonly host: SandboxHost
  readonly own: OwnMember
}

/** What sandbox.json says; the first member signs. */
export function formatDescription(layout: SandboxLayout, ssh: SshAddress, members: readonly MemberHost[]): string {
  const signer = members[0]?.host
  const description = {
    ssh: { ...ssh, user: 'signer' },
    members: members.map(({ host, own: { name, clientUrl, peerUrl } }) => {
      return { name, clientUrl, peerUrl, pid: pidOf(host, 'etcd') }
    }),
    caFile: layout.caCertificate,
    adminCertFile: layout.adminCertificate,
    adminKeyFile: layout.adminKey,
    pids: { authority: pidOf(signer, 'signet-authority'), endpoint: pidOf(signer, 'signet-endpoint') },
  }
  return `${JSON.stringify(description, null, 2)}\n`
}

function pidOf(host: SandboxHost | undefined, service: string): number | undefined {
  return host?.units.childOf(`${service}.service`)?.pid
}
