import { SignetError } from '../../core/signet-error.ts'

/**
 * Refuses what is older than the etcd that a snapshot comes from. etcd's own programs do not: 3.4's restore what 3.6 saved, and
 * 3.4 starts from that, without knowing all that is in it (measured). Versions are `3.6.16`; one that is not known passes. Throws
 * `configuration`. Pure.
 */
export function requireNewEnough(what: string, version: string, savedBy: string | undefined): void {
  const [own, other] = [minorOf(version), minorOf(savedBy ?? '')]
  if (own === undefined || other === undefined || own >= other) return
  const message = `the snapshot is of etcd ${savedBy}, and ${what} here is ${version}: it could misread what is in it`
  throw new SignetError('configuration', message, {
    hint: 'bring an etcd that is as new: docs/OPERATIONS.md, "Which etcd a host runs"',
  })
}

function minorOf(version: string): number | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})\./.exec(version) ?? []
  return major === undefined || minor === undefined ? undefined : Number(major) * 1000 + Number(minor)
}
