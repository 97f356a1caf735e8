import type { FetchedCopy } from '../copy/fetch-snapshot.ts'
import { compareNewestCopy } from './compare-newest-copy.ts'
import type { DrillReceipt } from './drill-receipt.ts'
import { type DrillAudience, drillSnapshot } from './drill-snapshot.ts'
import type { DrillWorld } from './drill-world.ts'
import type { DrillPlan } from './read-drill-plan.ts'

/** What was tried of a host's snapshots. */
export interface HostDrill extends DrillReceipt {
  /** The copy that was brought back and compared; null where none is to be. */
  readonly fetched: Pick<FetchedCopy, 'name' | 'bytes' | 'sha256' | 'isCompared'> | null
}

/**
 * Tries this host's newest snapshot, and has its newest copy brought back and compared. Neither is left out because the other
 * failed: what is wrong here may be right there.
 */
export async function drillHost(plan: DrillPlan, audience: DrillAudience, world: DrillWorld): Promise<HostDrill> {
  const [drilled] = await Promise.allSettled([drillSnapshot(plan, audience, world)])
  if (world.signal.aborted && drilled.status === 'rejected') throw drilled.reason
  const [fetched] = await Promise.allSettled([compareNewestCopy(world)])
  if (drilled.status === 'rejected') throw drilled.reason
  if (fetched.status === 'rejected') throw fetched.reason
  return { ...drilled.value, fetched: toldOf(fetched.value) }
}

function toldOf(copy: FetchedCopy | undefined): HostDrill['fetched'] {
  if (copy === undefined) return null
  const { name, bytes, sha256, isCompared } = copy
  return { name, bytes, sha256, isCompared }
}
