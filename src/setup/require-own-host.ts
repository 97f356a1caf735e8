import { type Guard, giveToRoot, requireGuarded } from '../host/files/guarded-path.ts'
import type { HostWorld } from './host-world.ts'

/**
 * Refuses a host where another account could exchange what root is about to write: a CA key in a directory of `etcd`'s, as
 * `chown -R etcd: /etc/etcd` leaves it, is one that whoever breaks etcd can replace by their own.
 */
export async function requireOwnHost({ layout, files, ownUid, readOwner }: HostWorld): Promise<void> {
  const owner = await readOwner('etcd').catch(() => undefined)
  const guard = { look: onceEach(files.look), ownUid, remedy: giveToRoot }
  const { caKey, configuration, etcdFlags, etcdDropIn, etcdUnit, progress, renewal, knownHosts, setupLog, firstBoot } =
    layout
  for (const path of [
    caKey,
    configuration,
    etcdFlags,
    etcdDropIn,
    etcdUnit,
    progress,
    renewal,
    knownHosts,
    setupLog,
    firstBoot,
  ]) {
    await requireGuarded(path, { ...guard, fileOwners: [] })
  }
  for (const path of [layout.caCertificate, layout.memberKey, layout.memberCertificate]) {
    await requireGuarded(path, { ...guard, fileOwners: owner === undefined ? [] : [owner.uid] })
  }
}

// A dozen paths have most of their directories in common, and what was passed cannot be exchanged meanwhile.
function onceEach(look: Guard['look']): Guard['look'] {
  const seen = new Map<string, ReturnType<Guard['look']>>()
  return (path) => {
    const found = seen.get(path) ?? look(path)
    seen.set(path, found)
    return found
  }
}
