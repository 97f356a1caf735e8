import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import {
  firstWithoutV2,
  floorBefore36,
  formatMinor,
  isBelowFloor,
  minorOf,
  parseMemberVersion,
} from '../../etcd/versions/upgrade-rules.ts'

/** Refuses an etcd that must not join members of these versions. What cannot be read as a version is passed over. */
export function checkVersion(own: EtcdVersion, memberVersions: readonly string[]): void {
  const versions = memberVersions.flatMap((text) => parseMemberVersion(text) ?? [])
  if (versions.length === 0) return
  const oldest = Math.min(...versions.map(minorOf))
  const newest = Math.max(...versions.map(minorOf))
  if (minorOf(own) < oldest) {
    refuse(own, `is older than the cluster, which runs ${formatMinor(oldest)}`, `install etcd ${formatMinor(oldest)}`)
  }
  if (minorOf(own) - oldest > 1 || newest - minorOf(own) > 1) {
    const hint = `install etcd ${formatMinor(oldest)} here, or bring the cluster up one minor version at a time`
    refuse(own, `is more than one minor version away from the cluster's ${formatMinor(oldest)}`, hint)
  }
  // 3.7 panics at an entry of the v2 API, which 3.5 wrote at each start (server/etcdserver/apply/apply.go of 3.7): until
  // members of 3.6 take a raft snapshot, 10,000 entries later, they send it to whoever joins. Measured with 3.6.16, 3.7.3.
  if (minorOf(own) >= firstWithoutV2 && oldest < firstWithoutV2) {
    const hint = `install etcd ${formatMinor(oldest)} here, and upgrade this member with the others`
    refuse(own, `may not be able to read the log of a cluster that runs ${formatMinor(oldest)}`, hint)
  }
  const below = versions.find(isBelowFloor)
  if (below !== undefined && minorOf(own) > minorOf(below)) {
    const hint = `bring every member to ${formatVersion(floorBefore36)} or later first`
    refuse(own, `must not join a member of ${formatVersion(below)}`, hint)
  }
}

function refuse(own: EtcdVersion, reason: string, hint: string): never {
  throw new SignetError('configuration', `etcd ${formatVersion(own)} of this host ${reason}`, { hint })
}
