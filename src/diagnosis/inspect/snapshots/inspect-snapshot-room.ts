import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { readFileSystemSize } from '../../../host/free-bytes.ts'
import type { HostLayout } from '../../../host/host-layout.ts'
import { reserveForEtcd } from '../../../host/snapshots/reserve-for-etcd.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** What is free where snapshots are kept, and what of it etcd must keep. */
export interface InspectedRoom {
  readonly freeBytes: number
  readonly reservedBytes: number
}

/** The largest that etcd recommends. */
const largestQuotaBytes = 8 * 1024 ** 3

/** The room that is left for snapshots, by the flags that etcd is started with; undefined where it cannot be told. */
export async function inspectSnapshotRoom(
  layout: HostLayout,
  { files }: Pick<InspectionWorld, 'files'>,
): Promise<InspectedRoom | undefined> {
  try {
    const { freeBytes, totalBytes } = readFileSystemSize(layout.snapshots)
    const isShared = deviceOf(layout.dataDirectory) === deviceOf(layout.snapshots)
    const sharedQuotaBytes = isShared ? await readQuota(layout, files) : undefined
    return { freeBytes, reservedBytes: reserveForEtcd({ totalBytes, sharedQuotaBytes }).bytes }
  } catch {
    return undefined
  }
}

async function readQuota({ etcdFlags }: HostLayout, files: Pick<InspectionWorld['files'], 'read'>): Promise<number> {
  const found = await files.read(etcdFlags).catch(() => undefined)
  const [, digits] = /--quota-backend-bytes=([0-9]{1,15})\b/.exec(found?.text ?? '') ?? []
  return digits === undefined ? largestQuotaBytes : Number(digits)
}

// Of what is not there yet the directory above counts: there it will be made.
function deviceOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.dev ?? deviceOf(dirname(path))
}
