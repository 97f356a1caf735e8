import type { Signer } from '../client/ask/signer.ts'
import { hostLayout } from '../host/host-layout.ts'
import { type Check, onlyOn, type Sources } from './check.ts'
import { inspectEtcdServers } from './inspect/apiserver/inspect-etcd-servers.ts'
import { inspectEtcdBinaries } from './inspect/etcd/inspect-etcd-binaries.ts'
import { inspectAuthority } from './inspect/inspect-authority.ts'
import { type InspectedCluster, inspectCluster } from './inspect/inspect-cluster.ts'
import { inspectFront } from './inspect/inspect-front.ts'
import { inspectJoins } from './inspect/inspect-joins.ts'
import { type HostPair, inspectPairs, savedSignerOf } from './inspect/inspect-pairs.ts'
import { inspectPeerPorts } from './inspect/inspect-peer-ports.ts'
import { inspectPeerReach } from './inspect/inspect-peer-reach.ts'
import { inspectSigner } from './inspect/inspect-signer.ts'
import { inspectSignerPath } from './inspect/inspect-signer-path.ts'
import { inspectTimer } from './inspect/inspect-timer.ts'
import { inspectVersions } from './inspect/inspect-versions.ts'
import { inspectClusterIds } from './inspect/lost-quorum/inspect-cluster-ids.ts'
import { inspectRecovery } from './inspect/lost-quorum/inspect-recovery.ts'
import { inspectSnapshotTimers } from './inspect/snapshots/inspect-snapshot-timers.ts'
import { inspectSnapshots } from './inspect/snapshots/inspect-snapshots.ts'
import type { Fact } from './inspected-host.ts'
import { judgeEtcdBinaries } from './judge/etcd/judge-etcd-binaries.ts'
import { judgeAddress } from './judge/judge-address.ts'
import { judgeAuthority } from './judge/judge-authority.ts'
import { judgeClock } from './judge/judge-clock.ts'
import { judgeEtcd } from './judge/judge-cluster.ts'
import { judgeEtcdServers } from './judge/judge-etcd-servers.ts'
import { judgeHostName } from './judge/judge-host-name.ts'
import { judgeJoins } from './judge/judge-joins.ts'
import { judgeKubeadmMinimum } from './judge/judge-kubeadm-minimum.ts'
import { judgeOpensshFront } from './judge/judge-openssh-front.ts'
import { judgePeerPorts } from './judge/judge-peer-ports.ts'
import { judgePeerReach } from './judge/judge-peer-reach.ts'
import { judgeRenewalTimer } from './judge/judge-renewal-timer.ts'
import { freshCaOf, installedPins, judgeSigner } from './judge/judge-signer.ts'
import { judgeSignerPath } from './judge/judge-signer-path.ts'
import { judgeUpgradePath } from './judge/judge-upgrade-path.ts'
import { judgeClusterIds } from './judge/lost-quorum/judge-cluster-ids.ts'
import { judgeRecovery } from './judge/lost-quorum/judge-recovery.ts'
import { judgePairs } from './judge/pair/judge-pairs.ts'
import { judgeSnapshotTimers } from './judge/snapshots/judge-snapshot-timers.ts'
import { judgeSnapshots } from './judge/snapshots/judge-snapshots.ts'

/** Every fact with who reads it and who judges by it, in the order in which findings are told. */
export const checks: { readonly [Own in Fact]: Check<Own> } = {
  // First of all: what else is found is so because of it.
  recovery: {
    finds: ['recovery'],
    inspect: onlyOn("a member's host", ({ world }) => inspectRecovery(hostLayout(), world)),
    judge: (marks, { cluster }) => judgeRecovery(marks, memberNames(cluster)),
  },
  pairs: {
    finds: [
      ...['certificate', 'files', 'file-modes', 'file-owner', 'file-link', 'key-match', 'chain', 'purpose', 'name'],
      ...['expiry', 'ca-expiry', 'renewal'],
    ],
    inspect: ({ places, world }) => inspectPairs(places.pairs, world),
    judge: judgePairs,
  },
  isClockSynchronised: {
    waitsFor: 'timedatectl',
    finds: ['clock-sync'],
    inspect: ({ world }) => world.isClockSynchronised(),
    judge: (isSynchronised) => [judgeClock(isSynchronised)],
  },
  signer: {
    waitsFor: 'the signer',
    finds: ['signer', 'signer-ca', 'clock-skew', 'signer-clock'],
    inspect: async (sources) => {
      const signer = await findSigner(sources)
      return signer === undefined ? undefined : inspectSigner(signer, sources.world)
    },
    judge: (signer, { pairs }) => judgeSigner(signer, installedPins(pairs), freshCaOf(pairs)),
  },
  cluster: {
    waitsFor: 'etcd',
    finds: ['etcd', 'quorum', 'alarm', 'member'],
    inspect: async ({ places, world, read }) =>
      inspectCluster(await read('pairs'), { ...places, world, readSigner: () => read('signer') }),
    judge: judgeEtcd,
  },
  authority: {
    waitsFor: 'the authority',
    finds: ['authority', 'masters', 'changed-keys', 'shared-keys'],
    inspect: ({ places, world }) => inspectAuthority(places.configFile, world),
    judge: (authority, { nowMs }, atMs) => judgeAuthority(authority, { nowMs, atMs }),
  },
  joins: {
    finds: ['joins', 'member-name'],
    inspect: async ({ read }) => inspectJoins({ authority: await read('authority'), signer: await read('signer') }),
    judge: judgeJoins,
  },
  signerPath: {
    waitsFor: 'the path to the signer',
    finds: ['signer-name', 'signer-tcp'],
    inspect: async (sources) => inspectSignerPath(await findSigner(sources), sources.world),
    judge: judgeSignerPath,
  },
  hostName: {
    finds: ['host-name'],
    inspect: onlyOn('a master', ({ world }) => world.hostName()),
    judge: (name, { pairs, request }) => [judgeHostName(name, masterNames(pairs), request)],
  },
  ownAddresses: {
    finds: ['address'],
    inspect: onlyOn('a member', ({ world }) => world.ownAddresses()),
    judge: (addresses, { pairs }) => pairs.flatMap(({ pair }) => judgeAddress(pair, addresses)),
  },
  etcdServers: {
    finds: ['etcd-servers'],
    inspect: onlyOn('a master', async (sources) =>
      inspectEtcdServers({
        pairs: await sources.read('pairs'),
        readCluster: () => sources.read('cluster'),
        findSigner: () => findSigner(sources),
        world: sources.world,
      }),
    ),
    judge: judgeEtcdServers,
  },
  etcdBinaries: {
    finds: ['etcd-binaries'],
    inspect: onlyOn("a member's host", ({ places, world }) => inspectEtcdBinaries(places, world)),
    judge: (binaries) => [judgeEtcdBinaries(binaries)],
  },
  clusterIds: {
    waitsFor: 'the members of before',
    finds: ['cluster-ids'],
    inspect: async ({ places, world, read }) => {
      const [pairs, cluster] = [await read('pairs'), await read('cluster')]
      const others = { etcdServers: await read('etcdServers'), recovery: await read('recovery') }
      return places.isSandbox ? undefined : inspectClusterIds({ pairs, cluster, ...others }, world)
    },
    judge: judgeClusterIds,
  },
  versions: {
    finds: ['upgrade-path', 'kubeadm-minimum'],
    inspect: async ({ places, world, read }) => inspectVersions(await read('cluster'), { ...places, ...world }),
    judge: (versions) => [judgeUpgradePath(versions), ...judgeKubeadmMinimum(versions.members)],
  },
  peerPorts: {
    waitsFor: 'the peer ports',
    finds: ['peer-port'],
    inspect: async ({ world, read }) =>
      inspectPeerPorts(
        { authority: await read('authority'), cluster: await read('cluster'), pairs: await read('pairs') },
        world,
      ),
    judge: judgePeerPorts,
  },
  peerReach: {
    finds: ['peer-reach'],
    inspect: async ({ world, read }) =>
      inspectPeerReach(
        { authority: await read('authority'), cluster: await read('cluster'), pairs: await read('pairs') },
        world,
      ),
    judge: (reach) => [judgePeerReach(reach)],
  },
  timer: {
    finds: ['renewal-timer'],
    inspect: onlyOn('a host that renews', ({ places, world }) => inspectTimer(places.timer, world)),
    judge: (timer) => [judgeRenewalTimer(timer)],
  },
  snapshots: {
    finds: [
      ...['snapshot-save', 'snapshot-copy', 'snapshot-fetch', 'snapshot-drill'],
      ...['snapshot-file', 'snapshot-room', 'snapshot-config'],
    ],
    inspect: onlyOn("a member's host", ({ world }) => inspectSnapshots(hostLayout(), world)),
    // Not for the moment of `--at`: until then the timers go on.
    judge: (snapshots, { nowMs }) => judgeSnapshots(snapshots, nowMs),
  },
  snapshotTimers: {
    finds: ['snapshot-timers'],
    inspect: onlyOn("a member's host", async ({ world, read }) =>
      inspectSnapshotTimers(await read('snapshots'), world),
    ),
    judge: judgeSnapshotTimers,
  },
  front: {
    waitsFor: 'sshd',
    finds: ['signer-account', 'sshd'],
    inspect: onlyOn("a signer's host", async ({ world, read }) => inspectFront(await read('authority'), world)),
    judge: judgeOpensshFront,
  },
}

function memberNames(cluster: InspectedCluster | undefined): readonly string[] {
  return cluster !== undefined && 'view' in cluster ? cluster.view.members.map(({ member }) => member.name) : []
}

function masterNames(pairs: readonly HostPair[]): Parameters<typeof judgeHostName>[1] {
  const own = pairs.find(({ pair }) => pair.kind === 'client')
  return { requested: own?.state?.name, certified: own?.pair.certificate.content?.subjectCommonName }
}

// Whom an operator named, or else whom a pair was requested from.
async function findSigner({ places, read }: Sources): Promise<Signer | undefined> {
  return places.signer ?? savedSignerOf(await read('pairs'))
}

/** In the order of the table. */
export const allFacts: readonly Fact[] = Object.keys(checks).filter(isFact)

function isFact(name: string): name is Fact {
  return name in checks
}
