import type { KeysHash } from '../../etcd/snapshot/store-at-revision.ts'
import { type EtcdVersion, parseEtcdVersion } from '../../etcd/versions/flags-by-version.ts'
import type { SnapshotSidecar } from '../snapshot-receipt.ts'

/** One thing of a restored database beside what was saved. */
export interface DrillComparison {
  readonly what: 'revision' | 'keys' | 'hashKv' | 'read' | 'written'
  readonly result: 'same' | 'differs' | 'not-comparable'
  /** Both values, or why they do not compare. */
  readonly detail: string
}

/** What a restored database said. */
export interface RestoredStore {
  readonly revision: bigint
  /** At the snapshot's revision; undefined where etcd did not tell. */
  readonly keys: number | undefined
  readonly hash: KeysHash | undefined
  /** Keys that were read from the first to the last, and those of them that were not there when they were asked for alone. */
  readonly listed: number
  readonly missing: number
  /** Whether it took a write. */
  readonly tookWrite: boolean
  readonly version: EtcdVersion
}

/** A restored database beside the snapshot's own revision, and beside its sidecar where it has one. Pure. */
export function compareDrill(
  saved: { readonly revision: string; readonly sidecar: SnapshotSidecar | null },
  found: RestoredStore,
): readonly DrillComparison[] {
  return [
    compareRevision(BigInt(saved.revision), found),
    compareKeys(saved.sidecar, found),
    compareHash(saved.sidecar, found),
    compareRead(found),
    found.tookWrite
      ? { what: 'written', result: 'same', detail: 'a key was written and read' }
      : { what: 'written', result: 'differs', detail: 'a key that was written was not read' },
  ]
}

// Leases that ran out while the restored etcd was up have deleted keys since: later is right, earlier never.
function compareRevision(saved: bigint, { revision }: RestoredStore): DrillComparison {
  const detail = `${saved} saved, ${revision} restored`
  return { what: 'revision', result: revision >= saved ? 'same' : 'differs', detail }
}

function compareKeys(sidecar: SnapshotSidecar | null, { keys }: RestoredStore): DrillComparison {
  const saved = sidecar?.keys ?? undefined
  if (saved === undefined) return notComparable('keys', 'nothing tells how many were saved')
  if (keys === undefined) return { what: 'keys', result: 'differs', detail: `${saved} saved, none could be counted` }
  return { what: 'keys', result: keys === saved ? 'same' : 'differs', detail: `${saved} saved, ${keys} restored` }
}

// The hash depends on the minor version, and on what was compacted away when it was asked for.
function compareHash(sidecar: SnapshotSidecar | null, { hash, version }: RestoredStore): DrillComparison {
  const saved = sidecar?.hashKv ?? undefined
  if (sidecar === null || saved === undefined) return notComparable('hashKv', 'none was saved')
  if (!isSameMinor(sidecar.etcdVersion, version)) {
    return notComparable('hashKv', `saved by etcd ${sidecar.etcdVersion}, restored by 3.${version.minor}`)
  }
  if (hash === undefined) return notComparable('hashKv', 'the restored etcd tells none of this revision')
  const compacted = `${hash.compactRevision}`
  if (compacted !== saved.compactRevision) {
    return notComparable('hashKv', `compacted up to ${saved.compactRevision} saved, ${compacted} restored`)
  }
  const detail = `${saved.hash} saved, ${hash.hash} restored`
  return { what: 'hashKv', result: hash.hash === saved.hash ? 'same' : 'differs', detail }
}

function compareRead({ keys, listed, missing }: RestoredStore): DrillComparison {
  const isWhole = missing === 0 && (keys === undefined || keys === listed)
  if (isWhole) return { what: 'read', result: 'same', detail: `${listed} keys, from the first to the last` }
  const there = keys === undefined ? 'an unknown number' : `${keys}`
  return { what: 'read', result: 'differs', detail: `${listed - missing} keys of ${there}` }
}

function notComparable(what: DrillComparison['what'], detail: string): DrillComparison {
  return { what, result: 'not-comparable', detail }
}

function isSameMinor(saved: string, { major, minor }: EtcdVersion): boolean {
  try {
    const of = parseEtcdVersion(`etcd Version: ${saved}`)
    return of.major === major && of.minor === minor
  } catch {
    return false
  }
}
