import { statSync } from 'node:fs'
import { readMetric } from '../etcd/read-metric.ts'
import { readFileSystemSize } from '../host/free-bytes.ts'
import { largestQuotaBytes } from '../host/snapshots/flagged-quota.ts'
import type { RecoveryWorld } from './recovery-world.ts'
import type { SnapshotRoom } from './snapshot-room.ts'

/** What is free in a directory, and how much of it this host's own etcd may need. */
export async function readRoom(
  directory: string,
  databaseBytes: number,
  { layout, etcdPorts }: Pick<RecoveryWorld, 'layout' | 'etcdPorts'>,
): Promise<SnapshotRoom> {
  const room = { directory, ...readFileSystemSize(directory), databaseBytes }
  if (deviceOf(layout.dataDirectory) !== deviceOf(directory)) return { ...room, sharedQuotaBytes: undefined }
  const quota = await readMetric(`http://127.0.0.1:${etcdPorts.metrics}`, 'etcd_server_quota_backend_bytes')
  return { ...room, sharedQuotaBytes: quota ?? largestQuotaBytes }
}

function deviceOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.dev
}
