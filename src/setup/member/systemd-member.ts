import { readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseInstalledTrust } from '../../client/pair/installed-trust.ts'
import { formatHostPort } from '../../core/ip-address.ts'
import { SignetError } from '../../core/signet-error.ts'
import { readAppliedIndex } from '../../etcd/applied-index.ts'
import { etcdFlags, type MemberSettings } from '../../etcd/versions/flags-by-version.ts'
import { readInboundConnections } from '../../host/net/inbound-connections.ts'
import { canReachUrl } from '../../host/net/open-tcp.ts'
import { certificatePin } from '../../x509/certificate-pin.ts'
import type { HostWorld } from '../host-world.ts'
import { etcdService } from './default-member.ts'
import { formatEtcdFlagsFile } from './etcd-environment-file.ts'
import { installEtcdService, restoreEtcdService } from './etcd-service.ts'
import type { MemberWorld } from './member-world.ts'
import { typedAddresses } from './own-addresses.ts'
import type { OwnMember } from './own-member.ts'

/** What a member does by itself. */
const memberTimers = [
  'signet-renew.timer',
  'signet-snapshot.timer',
  'signet-snapshot-copy.timer',
  'signet-snapshot-drill.timer',
] as const

export interface MemberStart {
  readonly own: OwnMember
  /** `new` founds a cluster. */
  readonly state: MemberSettings['initialClusterState']
}

/** This host's etcd, as systemd runs it. */
export function systemdMember(world: HostWorld, start: MemberStart): MemberWorld {
  const { layout, systemd, files, etcdPorts } = world
  return {
    logHint: systemd.logOf(etcdService),
    writeConfiguration: async (initialCluster) => {
      const flags = etcdFlags(start.own.etcdVersion, await planSettings(world, start, initialCluster))
      await ensureDataParent(world)
      await installEtcdService(world, { flagsFile: formatEtcdFlagsFile(flags), binaries: start.own.etcd.directory })
    },
    removeConfiguration: () => restoreEtcdService(world),
    start: async () => {
      await systemd.enable(etcdService)
      if (!(await systemd.isActive(etcdService))) await systemd.launch(etcdService)
    },
    stop: () => systemd.stop(etcdService),
    isRunning: () => systemd.isActive(etcdService),
    inboundPeers: () => readInboundConnections(etcdPorts.peer),
    appliedIndex: () => readAppliedIndex(metricsUrl(world)),
    canReach: canReachUrl,
    hasData: async () => hasEntries(layout.dataDirectory),
    removeData: () => files.removeTree(layout.dataDirectory),
    finish: async () => {
      for (const timer of memberTimers) {
        await systemd.enable(timer)
        await systemd.start(timer)
      }
      await files.remove(layout.serviceBefore)
    },
  }
}

async function planSettings(
  world: HostWorld,
  { own, state }: MemberStart,
  initialCluster: string,
): Promise<MemberSettings> {
  const { layout, files, etcdPorts } = world
  const ca = await files.read(layout.caCertificate)
  if (ca === undefined) throw new SignetError('internal', 'etcd is configured before the CA is known')
  const [issuing] = parseInstalledTrust(ca, layout.caCertificate)
  const pin = certificatePin(issuing.der)
  // As a host sees its own files, whose root may be a directory of another.
  const seen = (path: string): string => join('/', relative(layout.root, path))
  return {
    name: own.name,
    dataDir: seen(layout.dataDirectory),
    listenClientUrls: listenUrls(own, etcdPorts.client),
    advertiseClientUrls: [own.clientUrl],
    listenPeerUrls: [own.peerUrl],
    advertisePeerUrls: [own.peerUrl],
    metricsUrl: metricsUrl(world),
    certFile: seen(layout.memberCertificate),
    keyFile: seen(layout.memberKey),
    caFile: seen(layout.caCertificate),
    initialCluster,
    initialClusterState: state,
    // One for each CA: the id of the cluster and those of its members hash it, so no member of an earlier life fits.
    initialClusterToken: `signet-${pin.slice('SHA256:'.length, 'SHA256:'.length + 16).toLowerCase()}`,
    quotaBackendBytes: own.quotaBackendBytes,
  }
}

function listenUrls(own: OwnMember, port: number): readonly string[] {
  // On the host itself etcd is asked at one place, whatever the host's addresses are.
  const addresses = [...typedAddresses(own), '127.0.0.1']
  return [...new Set(addresses.map((address) => `https://${formatHostPort(address, port)}`))]
}

// Only the directory above: etcd makes its own, and what it did not make is never taken for data of this run.
async function ensureDataParent({ layout, files, readOwner }: HostWorld): Promise<void> {
  const owner = await readOwner('etcd')
  await files.makeDirectory(
    dirname(layout.dataDirectory),
    owner === undefined ? { mode: 0o700 } : { mode: 0o700, owner },
  )
}

function metricsUrl({ etcdPorts }: HostWorld): string {
  return `http://${formatHostPort('127.0.0.1', etcdPorts.metrics)}`
}

function hasEntries(directory: string): boolean {
  try {
    return readdirSync(directory).length > 0
  } catch {
    return false
  }
}
