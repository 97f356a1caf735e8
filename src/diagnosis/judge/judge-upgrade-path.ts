import { type Finding, well } from '../../core/finding.ts'

interface Etcd3Version {
  readonly minor: number
  readonly patch: number
}

const why =
  'promotions of these versions are not in the store that 3.6 reads: members would come up as learners (etcd#19557, #20793)'

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
  const unmended = versions.filter(isUnmended)
  const known = [...memberVersions, ...(installed === undefined ? [] : [installed])]
  const target = known.flatMap((text) => parseVersion(text) ?? []).find(({ minor }) => minor > 5)
  if (unmended.length === 0) return well('upgrade-path', `no known trap on the way up from ${list(versions)}`)
  const fix = 'first bring every member to 3.5.24 or later, one at a time; then to 3.6'
  if (target === undefined) {
    const what = `etcd ${list(unmended)} must go through 3.5.24 or later before 3.6`
    return { check: 'upgrade-path', level: 'note', what, why, fix }
  }
  const what = `etcd 3.${target.minor}.${target.patch} is installed or runs beside ${list(unmended)}`
  return { check: 'upgrade-path', level: 'broken', what, why, fix }
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
