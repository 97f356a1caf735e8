import { readSnapshotConfig } from '../../host/snapshots/snapshot-config.ts'
import { type ActState, readSnapshotState } from '../../host/snapshots/snapshot-state.ts'
import { copyPlaces } from './copy-places.ts'
import { listRecords } from './copy-record.ts'
import type { CopyWorld } from './copy-world.ts'
import { type FetchedCopy, fetchCopy } from './fetch-snapshot.ts'
import { newestFirst } from './plan-copies.ts'

const dayMs = 24 * 3600_000
/** That copies are what they were is seen weekly; one that was not, daily: fetching may cost money. */
const [everyMs, againMs] = [7 * dayMs, dayMs]

/**
 * Whether the newest copy is to be fetched, only to be compared with what left. Pure.
 */
function isCheckDue(fetched: ActState | undefined, nowMs: number): boolean {
  const isWithin = (time: string | undefined, limitMs: number): boolean => {
    const ageMs = nowMs - Date.parse(time ?? '')
    return ageMs >= 0 && ageMs < limitMs
  }
  const { lastTry, lastSuccess } = fetched ?? {}
  // One that was fetched by hand and was not as it left calls for attention until the next one is.
  const isWell = lastTry?.failure === null && isWithin(lastSuccess?.time, everyMs)
  return !isWell && !isWithin(lastTry?.time, againMs)
}

/** Fetches the newest copy where that is due, compares it, and keeps nothing of it; undefined where nothing is due. */
export async function checkCopyIfDue(world: CopyWorld): Promise<FetchedCopy | undefined> {
  const { layout, files, clock } = world
  if ((await readSnapshotConfig(world)).fetch === undefined) return undefined
  const [newest] = newestFirst(await listRecords(copyPlaces(layout).records), clock.now())
  const { fetch } = await readSnapshotState(layout, files)
  if (newest === undefined || !isCheckDue(fetch, clock.now())) return undefined
  return fetchCopy({ name: newest.name }, world)
}
