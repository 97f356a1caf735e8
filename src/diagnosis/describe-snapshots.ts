import type { ActSuccess, SnapshotAct } from '../host/snapshots/snapshot-state.ts'
import { type ExpectedAct, listExpectedActs } from './expected-acts.ts'
import type { InspectedRoom } from './inspect/snapshots/inspect-snapshot-room.ts'
import type { InspectedSnapshots } from './inspect/snapshots/inspect-snapshots.ts'

/** How something that is done with snapshots went, as `status` shows it; fit for JSON. */
export interface SnapshotActRow {
  readonly everySeconds: number
  /** The last time that it went well; null where it never did. */
  readonly last: {
    readonly time: string
    readonly snapshot: string
    readonly takenAt: string
    /** Decimal text. */
    readonly revision: string
    readonly bytes: number
    readonly durationMs: number
  } | null
  /** How the last try failed; null where it went well, or there was none. */
  readonly failure: { readonly time: string; readonly what: string } | null
}

/** A member's snapshots as `status` shows them; fit for JSON. */
export interface SnapshotsDescription {
  readonly saved: SnapshotActRow | null
  /** Null where no program for it is named, as of `fetched`. */
  readonly copied: SnapshotActRow | null
  readonly fetched: SnapshotActRow | null
  readonly drilled: SnapshotActRow | null
  readonly kept: number
  readonly keptBytes: number
  /** What is free for more of them, without what etcd must keep; below 0 where it has not even that. */
  readonly roomBytes: number | null
}

/** A member's snapshots, for people and programs; null on a host that is no member, and where only root may see them. Pure. */
export function describeSnapshots(snapshots: InspectedSnapshots | undefined): SnapshotsDescription | null {
  if (snapshots?.kept === undefined) return null
  const expected = listExpectedActs(snapshots)
  const row = (wanted: SnapshotAct): SnapshotActRow | null => {
    const found = expected.find(({ act }) => act === wanted)
    return found === undefined ? null : describeAct(found)
  }
  return {
    ...{ saved: row('save'), copied: row('copy'), fetched: row('fetch'), drilled: row('drill') },
    kept: snapshots.kept.names.size,
    keptBytes: snapshots.kept.bytes,
    roomBytes: snapshots.room === undefined ? null : roomOf(snapshots.room),
  }
}

/** What is free for snapshots. */
export function roomOf({ freeBytes, reservedBytes }: InspectedRoom): number {
  return freeBytes - reservedBytes
}

function describeAct({ everySeconds, state }: ExpectedAct): SnapshotActRow {
  const { lastTry, lastSuccess = null } = state ?? {}
  const failure = lastTry?.failure ?? null
  return {
    everySeconds,
    last: lastSuccess === null ? null : withoutDigest(lastSuccess),
    failure: lastTry === undefined || failure === null ? null : { time: lastTry.time, what: failure },
  }
}

function withoutDigest({ sha256: _, ...success }: ActSuccess): NonNullable<SnapshotActRow['last']> {
  return success
}
