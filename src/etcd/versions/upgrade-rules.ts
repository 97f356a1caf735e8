import type { EtcdVersion } from './flags-by-version.ts'

/**
 * The patch of 3.5 that every member must run before one of them runs 3.6, which takes the members from the v3 store alone
 * (3.5 took them from the v2 store). 3.5.1 to 3.5.19 kept promotions out of the v3 store (etcd#19557), 3.5.24 mends what those left
 * (#20793, #20797), and 3.5.26 also removes members from it that are long gone, which 3.6 would count as voters (#20967, #20995;
 * https://etcd.io/blog/2025/zombie_members_upgrade). The guide to 3.6 says 3.5.26 (https://etcd.io/docs/latest/upgrades/upgrade_3_6).
 */
export const floorBefore36: EtcdVersion = { major: 3, minor: 5, patch: 26 }

/** Why a version may not be the next one of a member. */
export type UpgradeObstacle =
  | { readonly kind: 'unsupported' }
  /** 3.6 and later, with a member (or this one) whose 3.5 is older than the floor. */
  | { readonly kind: 'below-floor'; readonly below: EtcdVersion }
  | { readonly kind: 'skips-minor'; readonly next: string }
  /** The cluster has taken up a newer minor version: etcd panics ("invalid downgrade", server/etcdserver/version/downgrade.go of 3.6). */
  | { readonly kind: 'downgrade'; readonly cluster: string }
  /** A member runs a version more than one minor away. */
  | { readonly kind: 'apart'; readonly other: EtcdVersion }
  /** All members run the version before, but the Raft leader has not raised the cluster's yet: it looks every 4 s. */
  | { readonly kind: 'not-raised-yet'; readonly cluster: string }

/** What is known when a member is to run another version. */
export interface UpgradeFacts {
  readonly target: EtcdVersion
  /** What it runs now. */
  readonly own: EtcdVersion
  readonly others: readonly EtcdVersion[]
  /** The version that the cluster as a whole has taken up: that of its oldest member, and never lower again. */
  readonly cluster: MinorVersion
}

export type MinorVersion = Pick<EtcdVersion, 'major' | 'minor'>

/** Whether this is a 3.5 that 3.6 must not follow yet. */
export function isBelowFloor(version: EtcdVersion): boolean {
  return minorOf(version) === minorOf(floorBefore36) && version.patch < floorBefore36.patch
}

/**
 * Why this member may not run the target next; undefined where it may. One minor version at a time, up or, while the cluster has
 * not taken up the new one, back to where it was. Pure.
 */
export function findUpgradeObstacle({ target, own, others, cluster }: UpgradeFacts): UpgradeObstacle | undefined {
  if (!isSupported(target)) return { kind: 'unsupported' }
  const after = [target, ...others]
  const below = [own, ...after].find(isBelowFloor)
  if (below !== undefined && after.some(isBeyondFloor)) return { kind: 'below-floor', below }
  const steps = minorOf(target) - minorOf(own)
  if (Math.abs(steps) > 1) return { kind: 'skips-minor', next: formatMinor(minorOf(own) + Math.sign(steps)) }
  if (minorOf(target) < minorOf(cluster)) return { kind: 'downgrade', cluster: formatMinor(minorOf(cluster)) }
  const other = others.find((version) => Math.abs(minorOf(target) - minorOf(version)) > 1)
  if (other !== undefined) return { kind: 'apart', other }
  const isRaised = minorOf(target) - minorOf(cluster) <= 1
  return isRaised ? undefined : { kind: 'not-raised-yet', cluster: formatMinor(minorOf(cluster)) }
}

/** The minor version as a number that can be compared: 306 for 3.6. */
export function minorOf({ major, minor }: MinorVersion): number {
  return major * 100 + minor
}

/** `3.6`, of such a number. */
export function formatMinor(minor: number): string {
  return `${Math.floor(minor / 100)}.${minor % 100}`
}

/** A version as a member's status tells it; undefined where it is none. */
export function parseMemberVersion(text: string): EtcdVersion | undefined {
  const match = /^(\d{1,2})\.(\d{1,2})\.(\d{1,3})(?:[-+].*)?$/.exec(text)
  return match === null ? undefined : { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
}

/** The first minor version that has no v2 API left, to read its entries in the log with. */
export const firstWithoutV2 = 307

/**
 * Which entries of the v2 API in a member's log keep the target from starting: from 3.7 on all (server/etcdserver/apply/apply.go),
 * in 3.6 those that are not about members or the cluster's version (server/etcdserver/apply_v2.go); 3.5 and older read them all.
 */
export function refusedV2Entries(target: MinorVersion): 'all' | 'foreign' | 'none' {
  if (minorOf(target) >= firstWithoutV2) return 'all'
  return minorOf(target) >= 306 ? 'foreign' : 'none'
}

function isBeyondFloor(version: EtcdVersion): boolean {
  return minorOf(version) > minorOf(floorBefore36)
}

function isSupported(version: EtcdVersion): boolean {
  return minorOf(version) >= 304 && version.major === 3
}
