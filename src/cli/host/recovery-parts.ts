import { formatHostPort } from '../../core/ip-address.ts'
import { memberUrlAddress } from '../../etcd/member-url.ts'
import { listOwnSnapshots } from '../../recovery/own-snapshots.ts'
import { findRestoreTool, type RestoreTool } from '../../recovery/restore/find-restore-tool.ts'
import { restoreSnapshot } from '../../recovery/restore/restore-snapshot.ts'
import { takeSnapshot } from '../../recovery/take-snapshot.ts'
import { verifySnapshot } from '../../recovery/verify-snapshot.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import type { RecoveryParts } from '../../setup/recover/recovery-parts.ts'
import type { FormerMember } from '../../setup/recover/stand-down-marker.ts'

/** What the room of snapshots does for a recovery on this host. */
export function recoveryParts(world: HostWorld): RecoveryParts<RestoreTool> {
  const { layout, files } = world
  return {
    takeSnapshot: (onProgress) => takeSnapshot(world, { onProgress }),
    verify: (file) => verifySnapshot(file, files, layout.caCertificate),
    listOwn: async () => (await listOwnSnapshots(layout, files)).map(({ file, sidecar }) => ({ file, ...sidecar })),
    membersLastSeen: async () => {
      const [newest] = await listOwnSnapshots(layout, files)
      return newest?.sidecar.members.map((member) => withClientUrls(member, world)) ?? []
    },
    findTool: (mustBump) => findRestoreTool(world, { mustBump }),
    restore: (wanted) => restoreSnapshot(wanted, world),
  }
}

// A sidecar holds the URLs for peers alone: clients are served at the same addresses.
function withClientUrls(
  { name, id, peerUrls }: Omit<FormerMember, 'clientUrls'>,
  { etcdPorts }: HostWorld,
): FormerMember {
  const addresses = peerUrls.flatMap((url) => memberUrlAddress(url) ?? [])
  return {
    name: name === '' ? (id ?? '') : name,
    id,
    peerUrls,
    clientUrls: addresses.map((address) => `https://${formatHostPort(address, etcdPorts.client)}`),
  }
}
