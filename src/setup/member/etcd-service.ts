import { dirname } from 'node:path'
import { pointEtcdLink } from '../etcd-binaries/etcd-link.ts'
import type { HostWorld } from '../host-world.ts'
import { etcdService, hasDropIn } from './default-member.ts'

/** How etcd.service was before the run. */
interface ServiceBefore {
  readonly wasActive: boolean
  readonly wasEnabled: boolean
}

/**
 * Makes etcd.service run these binaries with these flags when it is started next. An untouched default member is stopped, and
 * its data left alone; a host without an etcd.service gets ours. Can run twice: a member of ours that runs already is not
 * stopped.
 */
export async function installEtcdService(
  world: HostWorld,
  { flagsFile, binaries }: { readonly flagsFile: string; readonly binaries: string },
): Promise<void> {
  const { layout, systemd, files } = world
  const isInstalled = await hasDropIn(world)
  if (!isInstalled) await rememberBefore(world)
  // Also on a host that was a member once, and whose etcd-server is gone.
  if (!(await systemd.isKnown(etcdService))) await bringUnit(world)
  else if (!isInstalled) await systemd.stop(etcdService)
  await files.makeDirectory(dirname(layout.etcdFlags), { mode: 0o755 })
  await files.write(layout.etcdFlags, flagsFile, { mode: 0o644 })
  // Before the drop-in, which starts what is behind it.
  await pointEtcdLink(world, binaries)
  if (!isInstalled) {
    await files.makeDirectory(dirname(layout.etcdDropIn), { mode: 0o755 })
    await files.link(layout.etcdDropIn, layout.etcdDropInSource)
  }
  await systemd.reload()
}

async function bringUnit({ layout, files }: HostWorld): Promise<void> {
  await files.makeDirectory(dirname(layout.etcdUnit), { mode: 0o755 })
  await files.link(layout.etcdUnit, layout.etcdUnitSource)
}

/** Puts etcd.service back to what it was before the run. */
export async function restoreEtcdService(world: HostWorld): Promise<void> {
  const { layout, systemd, files } = world
  const before = parseBefore((await files.read(layout.serviceBefore))?.text)
  if (before === undefined) return
  const isOurUnit = (await files.readLink(layout.etcdUnit)) === layout.etcdUnitSource
  // An undoing that was cut off may have come as far as having none.
  if (await systemd.isKnown(etcdService)) {
    await systemd.stop(etcdService)
    if (isOurUnit || !before.wasEnabled) await systemd.disable(etcdService)
  }
  if (isOurUnit) await files.remove(layout.etcdUnit)
  await files.remove(layout.etcdDropIn)
  await files.remove(layout.etcdFlags)
  await files.remove(layout.etcdBinaries)
  await systemd.reload()
  if (before.wasActive === true) await systemd.launch(etcdService)
  await files.remove(layout.serviceBefore)
}

// Written once: run again after an interruption, the service would be found stopped by the first run.
async function rememberBefore({ layout, systemd, files }: HostWorld): Promise<void> {
  if ((await files.read(layout.serviceBefore)) !== undefined) return
  const before: ServiceBefore = {
    wasActive: await systemd.isActive(etcdService),
    wasEnabled: await systemd.isEnabled(etcdService),
  }
  await files.makeDirectory(dirname(layout.serviceBefore), { mode: 0o700 })
  await files.write(layout.serviceBefore, `${JSON.stringify(before)}\n`, { mode: 0o600 })
}

function parseBefore(text: string | undefined): ServiceBefore | undefined {
  if (text === undefined) return undefined
  return { wasActive: /"wasActive":true/.test(text), wasEnabled: !/"wasEnabled":false/.test(text) }
}
