import { basename, dirname, join } from 'node:path'

/** What every snapshot's name ends in: only what was verified has it. */
export const snapshotEnding = '.db'

/** A snapshot's name, of digits and letters alone: names of one cluster sort by time. */
export function snapshotName(clusterId: bigint, revision: bigint, nowMs: number): string {
  const cluster = formatClusterId(clusterId).slice(0, 8)
  return `etcd-${cluster}-${formatNameTime(nowMs)}-r${revision}${snapshotEnding}`
}

/** A cluster's id in sixteen digits, so that its beginning is of one length. */
export function formatClusterId(id: bigint): string {
  return id.toString(16).padStart(16, '0')
}

/** Where the sidecar of a snapshot is: beside it, `.json` instead of `.db`. */
export function sidecarPath(file: string): string {
  return join(dirname(file), `${basename(file, snapshotEnding)}.json`)
}

/** What a snapshot's name says of it. */
export interface NamedSnapshot {
  /** The first eight digits of the cluster's id. */
  readonly cluster8: string
  /** To the second. */
  readonly takenAtMs: number
  readonly revision: bigint
}

const namePattern =
  /^etcd-(?<cluster8>[0-9a-f]{8})-(?<utc>(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)T(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)Z)-r(?<revision>0|[1-9]\d{0,18})\.db$/

/** Reads a file's name, without directory, that `snapshotName` made; undefined where it made no such name. */
export function parseSnapshotName(name: string): NamedSnapshot | undefined {
  const groups = namePattern.exec(name)?.groups
  if (groups === undefined) return undefined
  const { cluster8 = '', utc = '', year, month, day, hour, minute, second, revision = '' } = groups
  const takenAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // No day is the 31st of February, and none the 2nd of March by another name.
  if (Number.isNaN(takenAtMs) || formatNameTime(takenAtMs) !== utc) return undefined
  return { cluster8, takenAtMs, revision: BigInt(revision) }
}

function formatNameTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
}
