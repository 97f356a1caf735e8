import { SignetError } from '../../core/signet-error.ts'
import type { EtcdVersion } from '../../etcd/flags-by-version.ts'

// Promotions of 3.5.1 and later were not written to the v3 store, which 3.6 alone reads; 3.5.24 mends them
// (etcd#19557, #20793).
const firstMended35Patch = 24

const first37Minor = 307

/** Refuses an etcd that must not join members of these versions. What cannot be read as a version is passed over. */
export function checkVersion(own: EtcdVersion, memberVersions: readonly string[]): void {
  const versions = memberVersions.flatMap((text) => parseVersion(text) ?? [])
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
  if (minorOf(own) >= first37Minor && oldest < first37Minor) {
    const hint = `install etcd ${formatMinor(oldest)} here, and upgrade this member with the others`
    refuse(own, `may not be able to read the log of a cluster that runs ${formatMinor(oldest)}`, hint)
  }
  const unmended = versions.find(({ major, minor, patch }) => major === 3 && minor === 5 && patch < firstMended35Patch)
  if (unmended !== undefined && minorOf(own) > minorOf(unmended)) {
    refuse(own, `must not join a member of 3.5.${unmended.patch}`, 'bring every member to 3.5.24 or later first')
  }
}

function minorOf({ major, minor }: Pick<EtcdVersion, 'major' | 'minor'>): number {
  return major * 100 + minor
}

function formatMinor(minor: number): string {
  return `${Math.floor(minor / 100)}.${minor % 100}`
}

function parseVersion(text: string): EtcdVersion | undefined {
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{1,3})(?:[-+].*)?$/.exec(text)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
}

function refuse({ major, minor, patch }: EtcdVersion, reason: string, hint: string): never {
  throw new SignetError('configuration', `etcd ${major}.${minor}.${patch} of this host ${reason}`, { hint })
}
