import { formatBytes } from '../core/byte-count.ts'
import { SignetError } from '../core/signet-error.ts'
import { reserveForEtcd } from '../host/snapshots/reserve-for-etcd.ts'

/** What is free where a snapshot is to go, and who else needs it. */
export interface SnapshotRoom {
  readonly directory: string
  readonly freeBytes: number
  /** The size of its file system. */
  readonly totalBytes: number
  readonly databaseBytes: number
  /** The largest database that etcd takes, where its data are on the same file system; undefined where they are not. */
  readonly sharedQuotaBytes: number | undefined
}

/** What the database may grow by until it is read, the sidecar, and what file systems take for themselves. */
const spareBytes = 64 * 1024 ** 2

/**
 * Refuses a snapshot that has no room, or that takes etcd's: its database may grow to its quota, and a member that lags takes
 * in a second one beside it. Its own file counts as room that it has. Of a file system that is too small for the quota with
 * or without a snapshot, etcd keeps half. Throws `configuration`.
 */
export function requireRoom(room: SnapshotRoom): void {
  const { directory, freeBytes, databaseBytes } = room
  const neededBytes = databaseBytes + spareBytes
  const has = `${directory} has ${formatBytes(freeBytes)} free`
  if (freeBytes < neededBytes) {
    throw new SignetError('configuration', `${has}, and the snapshot needs ${formatBytes(neededBytes)}`, {
      hint: 'make room there, or save it elsewhere: signet snapshot save --to=DIR',
    })
  }
  if (missingBytes(room) === 0) return
  const reserve = reserveForEtcd(room)
  const needs = `etcd on the same file system must keep ${formatBytes(reserve.bytes)}, ${reserve.why}`
  throw new SignetError(
    'configuration',
    `${has}; ${needs}, and a snapshot of ${formatBytes(databaseBytes)} leaves less`,
    {
      hint: 'save it on another file system: signet snapshot save --to=DIR',
    },
  )
}

/** What must be freed before the snapshot has its room, and etcd its own; 0 where nothing must. */
export function missingBytes(room: SnapshotRoom): number {
  const { freeBytes, databaseBytes } = room
  return Math.max(0, databaseBytes + spareBytes - freeBytes, reserveForEtcd(room).bytes + spareBytes - freeBytes)
}
