import type { RaftLog } from '../../cluster/read-raft-log.ts'
import { type Finding, well } from '../../core/finding.ts'
import type { EtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import { formatVersion } from '../../etcd/versions/kubeadm-minimum.ts'
import {
  firstWithoutV2,
  floorBefore36,
  formatMinor,
  isBelowFloor,
  minorOf,
  parseMemberVersion,
  refusedV2Entries,
} from '../../etcd/versions/upgrade-rules.ts'
import type { InspectedVersions } from '../inspect/inspect-versions.ts'

/** Whether going from the versions of the members to the installed one, or later to 3.6, would break the cluster. Pure. */
export function judgeUpgradePath({ members, installed, log }: InspectedVersions): Finding {
  const versions = members.flatMap((text) => parseMemberVersion(text) ?? [])
  if (versions.length === 0) {
    return {
      check: 'upgrade-path',
      level: 'unknown',
      what: 'no member told its version, so that no upgrade was judged',
    }
  }
  const here = installed === undefined ? undefined : parseMemberVersion(installed)
  const found = judgeFloor(versions, here) ?? (here === undefined ? undefined : judgeStep(versions, here, log))
  return found ?? well('upgrade-path', `no known trap on the way up from ${list(versions)}`)
}

function judgeFloor(versions: readonly EtcdVersion[], here: EtcdVersion | undefined): Finding | undefined {
  const below = versions.filter(isBelowFloor)
  if (below.length === 0) return undefined
  const target = [...versions, ...(here === undefined ? [] : [here])].find(
    (version) => minorOf(version) > minorOf(floorBefore36),
  )
  const floor = formatVersion(floorBefore36)
  const why =
    'what these versions keep of members is not what 3.6 reads: it may take voters for learners (etcd#19557, #20793) and count members that are long gone (#20967)'
  const fix = `first bring every member to ${floor} or later, one at a time; then to 3.6`
  if (target === undefined) {
    const what = `etcd ${list(below)} must go through ${floor} or later before 3.6`
    return { check: 'upgrade-path', level: 'note', what, why, fix }
  }
  const what = `etcd ${list([target])} is installed or runs beside ${list(below)}`
  return { check: 'upgrade-path', level: 'broken', what, why, fix }
}

/** Judges the step from what runs to the etcd that starts next on this host. */
function judgeStep(versions: readonly EtcdVersion[], here: EtcdVersion, log: RaftLog | undefined): Finding | undefined {
  const oldest = Math.min(...versions.map(minorOf))
  const installed = minorOf(here)
  const what = `etcd ${list([here])} is installed here, and members run ${list(versions)}`
  if (installed > oldest + 1) {
    const why = 'no etcd starts on data of two minor versions before it: 3.7 panics at what 3.5 wrote into the log'
    const fix = `install etcd ${formatMinor(oldest + 1)} here before this member restarts; then go up one minor version at a time`
    return { check: 'upgrade-path', level: 'broken', what, why, fix }
  }
  if (installed < oldest) {
    const why = `${formatMinor(installed)} does not start on data of ${formatMinor(oldest)}, unless a downgrade was enabled in etcd`
    const fix = `install etcd ${formatMinor(oldest)} here again before this member restarts`
    return { check: 'upgrade-path', level: 'attention', what, why, fix }
  }
  if (installed === oldest) return undefined
  if (log !== undefined) return judgeLog(log, here, what)
  return installed >= firstWithoutV2 ? noteOldEntries(what) : undefined
}

/** Whether the log of this member can be read by what starts next. */
function judgeLog(log: RaftLog, here: EtcdVersion, what: string): Finding | undefined {
  const refused = refusedV2Entries(here)
  const entries = [refused === 'all' ? log.membershipV2 : undefined, refused === 'none' ? undefined : log.foreignV2]
  const last = Math.max(0, ...entries.flatMap((index) => index ?? []))
  if (last === 0) return undefined
  const why = `it panics at its start: the log of this member has an entry of the v2 API at ${last}, and its raft snapshot is of ${log.snapshotIndex}`
  const fix = 'have etcd take a raft snapshot, and restart it then: signet etcd use /etc/signet/etcd-bin'
  return { check: 'upgrade-path', level: 'broken', what, why, fix }
}

// 3.7 reads every log entry since the member's last raft snapshot as one of the v3 API, even those that are applied
// (server/etcdserver/apply/apply.go). At each start 3.5 wrote one of the v2 API, and 3.6 takes a snapshot after 10,000
// entries. Measured with 3.5.16, 3.6.16, 3.7.3: 3.7 panics before it changes anything, and 3.6 starts again.
function noteOldEntries(what: string): Finding {
  return {
    check: 'upgrade-path',
    level: 'note',
    what,
    why: 'where the cluster once ran 3.5, etcd 3.7 panics at start until the member has taken a raft snapshot with 3.6',
    fix: "before it starts with 3.7, find one since the last member left 3.5: journalctl -u etcd --grep='saved snapshot to disk'",
  }
}

function list(versions: readonly EtcdVersion[]): string {
  return [...new Set(versions.map(formatVersion))].join(', ')
}
