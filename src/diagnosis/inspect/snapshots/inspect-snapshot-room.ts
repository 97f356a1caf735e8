import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { readFileSystemSize } from '../../../host/free-bytes.ts'
import type { HostLayout } from '../../../host/host-layout.ts'
import { largestQuotaBytes, readFlaggedQuota } from '../../../host/snapshots/flagged-quota.ts'
import { reserveForEtcd } from '../../../host/snapshots/reserve-for-etcd.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** What is free where snapshots are kept, and what of it etcd must keep. */
export interface InspectedRoom {
  readonly freeBytes: number
  readonly reservedBytes: number
}

/** The room that is left for snapshots, by the flags that etcd is started with; undefined where it cannot be told. */
export async function inspectSnapshotRoom(
  layout: HostLayout,
  { files }: Pick<InspectionWorld, 'files'>,
): Promise<InspectedRoom | undefined> {
  try {
    const { freeBytes, totalBytes } = readFileSystemSize(layout.snapshots)
    const isShared = deviceOf(layout.dataDirectory) === deviceOf(layout.snapshots)
    const sharedQuotaBytes = isShared ? ((await readFlaggedQuota(layout, files)) ?? largestQuotaBytes) : undefined
    return { freeBytes, reservedBytes: reserveForEtcd({ totalBytes, sharedQuotaBytes }).bytes }
  } catch {
    return undefined
  }
}

// Of what is not there yet the directory above counts: there it will be made.
function deviceOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.dev ?? deviceOf(dirname(path))
}
