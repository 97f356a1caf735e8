import { type Finding, well } from '../../core/finding.ts'

interface Etcd3Version {
  readonly minor: number
  readonly patch: number
}

/** Whether going from the versions of the members to the installed one, or later to 3.6, would break the cluster. Pure. */
export function judgeUpgradePath(memberVersions: readonly string[], installed: string | undefined): Finding {
  const versions = memberVersions.flatMap((text) => parseVersion(text) ?? [])
  if (versions.length === 0) {
    return {
      check: 'upgrade-path',
      level: 'unknown',
      what: 'no member told its version, so that no upgrade was judged',
    }
  }
  const here = installed === undefined ? undefined : parseVersion(installed)
  const found = judgePromotions(versions, here) ?? (here === undefined ? undefined : judgeStep(versions, here))
  return found ?? well('upgrade-path', `no known trap on the way up from ${list(versions)}`)
}

function judgePromotions(versions: readonly Etcd3Version[], here: Etcd3Version | undefined): Finding | undefined {
  const unmended = versions.filter(isUnmended)
  if (unmended.length === 0) return undefined
  const target = [...versions, ...(here === undefined ? [] : [here])].find(({ minor }) => minor > 5)
  const why =
    'promotions of these versions are not in the store that 3.6 reads: members would come up as learners (etcd#19557, #20793)'
  const fix = 'first bring every member to 3.5.24 or later, one at a time; then to 3.6'
  if (target === undefined) {
    const what = `etcd ${list(unmended)} must go through 3.5.24 or later before 3.6`
    return { check: 'upgrade-path', level: 'note', what, why, fix }
  }
  const what = `etcd ${list([target])} is installed or runs beside ${list(unmended)}`
  return { check: 'upgrade-path', level: 'broken', what, why, fix }
}

/** Judges the step from what runs to the etcd that starts next on this host. */
function judgeStep(versions: readonly Etcd3Version[], here: Etcd3Version): Finding | undefined {
  const oldest = Math.min(...versions.map(({ minor }) => minor))
  const what = `etcd ${list([here])} is installed here, and members run ${list(versions)}`
  if (here.minor > oldest + 1) {
    const why = 'no etcd starts on data of two minor versions before it: 3.7 panics at what 3.5 wrote into the log'
    const fix = `install etcd 3.${oldest + 1} here before this member restarts; then go up one minor version at a time`
    return { check: 'upgrade-path', level: 'broken', what, why, fix }
  }
  if (here.minor < oldest) {
    const why = `3.${here.minor} does not start on data of 3.${oldest}, unless a downgrade was enabled in etcd`
    const fix = `install etcd 3.${oldest} here again before this member restarts`
    return { check: 'upgrade-path', level: 'attention', what, why, fix }
  }
  return here.minor >= 7 && oldest === 6 ? noteOldEntries(what) : undefined
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

// 3.5.1 to 3.5.19 write no promotion to the v3 store; 3.5.20 to 3.5.23 do not mend what those left.
function isUnmended({ minor, patch }: Etcd3Version): boolean {
  return minor === 5 && patch >= 1 && patch <= 23
}

function list(versions: readonly Etcd3Version[]): string {
  return [...new Set(versions.map(({ minor, patch }) => `3.${minor}.${patch}`))].join(', ')
}

function parseVersion(text: string): Etcd3Version | undefined {
  const match = /^3\.(\d{1,2})\.(\d{1,3})(?:[-+].*)?$/.exec(text)
  return match === null ? undefined : { minor: Number(match[1]), patch: Number(match[2]) }
}
