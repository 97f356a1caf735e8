import { type EtcdVersion, fitEtcdFlags } from '../../etcd/versions/flags-by-version.ts'
import { pointEtcdLink } from '../etcd-binaries/etcd-link.ts'
import type { HostWorld } from '../host-world.ts'
import { formatEtcdFlagsFile, parseEtcdFlagsFile } from '../member/etcd-environment-file.ts'
import type { EtcdInPlace } from './plan-use.ts'

/**
 * Makes this etcd the one that starts next. The link first: where power fails between the two, `signet etcd-flags` fits the flags
 * before etcd starts.
 */
export async function switchEtcd({ directory, version }: EtcdInPlace, world: HostWorld): Promise<void> {
  await pointEtcdLink(world, directory)
  await fitFlags(version, world)
}

async function fitFlags(version: EtcdVersion, { layout, files }: HostWorld): Promise<void> {
  const flags = parseEtcdFlagsFile((await files.read(layout.etcdFlags))?.text ?? '')
  const fitting = fitEtcdFlags(version, flags)
  if (fitting.join('\n') === flags.join('\n')) return
  await files.write(layout.etcdFlags, formatEtcdFlagsFile(fitting), { mode: 0o644 })
}
