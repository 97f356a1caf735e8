import { basename, dirname, join } from 'node:path'

/** What every snapshot's name ends in: only what was verified has it. */
export const snapshotEnding = '.db'

/** A snapshot's name, of digits and letters alone: names of one cluster sort by time. */
export function snapshotName(clusterId: bigint, revision: bigint, nowMs: number): string {
  const cluster = formatClusterId(clusterId).slice(0, 8)
  const utc = new Date(nowMs).toISOString().replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
  return `etcd-${cluster}-${utc}-r${revision}${snapshotEnding}`
}

/** A cluster's id in sixteen digits, so that its beginning is of one length. */
export function formatClusterId(id: bigint): string {
  return id.toString(16).padStart(16, '0')
}

/** Where the sidecar of a snapshot is: beside it, `.json` instead of `.db`. */
export function sidecarPath(file: string): string {
  return join(dirname(file), `${basename(file, snapshotEnding)}.json`)
}
