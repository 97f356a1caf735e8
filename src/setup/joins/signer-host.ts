import { existsSync } from 'node:fs'
import { readState } from '../../client/saved-state.ts'
import { type ClusterAccess, connectCluster } from '../../cluster/cluster-access.ts'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { SignetError } from '../../core/signet-error.ts'
import { askAuthority } from '../../endpoint/upstream/ask-authority.ts'
import { listMembers } from '../../etcd/list-members.ts'
import type { Member } from '../../etcd/member.ts'
import { memberPaths } from '../../host/pair-paths.ts'
import type { SignetConfig } from '../../host/signet-config.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import { type HostWorld, requireRoot } from '../host-world.ts'
import { requireOwnHost } from '../require-own-host.ts'

/** Refuses everybody but root, and every host but the signer. Throws `refused`. */
export async function requireSigner(world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  if (isSigner(world)) return
  const { files, ownUid } = world
  const { address } = (await readState(world.layout.renewal, { files, ownUid }).catch(() => undefined))?.signer ?? {}
  throw new SignetError('refused', 'joins are opened and closed on the signer, and this host is none', {
    hint: `type it there${address === undefined ? '' : `: ssh root@${address}`}`,
  })
}

/** Whether this host has the CA key and a configuration of the authority. */
export function isSigner({ layout }: Pick<HostWorld, 'layout'>): boolean {
  return existsSync(layout.caKey) && existsSync(layout.configuration)
}

/** Which members the authority knows, and whether joins are open. */
export function readKnownMembers({ layout }: HostWorld): Promise<AuthorityMembers> {
  return askAuthority({ socketPath: layout.authoritySocket }, (authority) => authority.members())
}

/** The members that a quorum of etcd lists, as many as are read; without `needsQuorum` one member's own list where there is no quorum. */
export async function readListedMembers(
  world: HostWorld,
  { needsQuorum }: { readonly needsQuorum: boolean },
): Promise<readonly Member[]> {
  const client = await connectCluster(hostAccess(world))
  try {
    return await listMembers(client, { linearizable: true }).catch((error: unknown) => {
      if (needsQuorum) throw error
      return listMembers(client, { linearizable: false })
    })
  } finally {
    client.close()
  }
}

/** How this host's member is reached with its own certificate. */
export function hostAccess({ layout, etcdPorts }: Pick<HostWorld, 'layout' | 'etcdPorts'>): ClusterAccess {
  return { endpoints: [`https://127.0.0.1:${etcdPorts.client}`], paths: memberPaths(layout) }
}

/** The pairs of `signet.yaml`. */
export function listConfigured({ members }: Pick<SignetConfig, 'members'>): readonly MemberPair[] {
  return Object.entries(members).map(([name, address]) => ({ name, address }))
}
