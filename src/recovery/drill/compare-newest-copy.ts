import { readSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'
import { copyPlaces } from '../copy/copy-places.ts'
import { listRecords } from '../copy/copy-record.ts'
import { type FetchedCopy, fetchCopy } from '../copy/fetch-snapshot.ts'
import type { DrillWorld } from './drill-world.ts'

/**
 * Has the copy that left this host last brought back, and compares it with what is kept of it here; undefined where no program
 * fetches, or nothing was copied yet. Throws `bad-data` where another file came back.
 */
export async function compareNewestCopy(world: DrillWorld): Promise<FetchedCopy | undefined> {
  const { fetch } = await readSnapshotConfig(world)
  if (fetch === undefined) return undefined
  const copied = [...(await listRecords(copyPlaces(world.layout).records))]
  const newest = copied.toSorted((one, other) => takenAt(other) - takenAt(one))[0]
  return newest === undefined ? undefined : fetchCopy({ name: newest }, world)
}

function takenAt(name: string): number {
  return parseSnapshotName(name)?.takenAtMs ?? 0
}
