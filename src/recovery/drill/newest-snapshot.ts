import { SignetError } from '../../core/signet-error.ts'
import { listOwnSnapshots } from '../own-snapshots.ts'
import type { DrillWorld } from './drill-world.ts'

/** By how much a clock may have been ahead when a snapshot was taken. */
const skewMs = 10 * 60_000

/** This host's snapshot that was taken last; those of a time to come are left out. Throws `unavailable`. */
export async function findNewestSnapshot({ layout, files, clock }: DrillWorld): Promise<string> {
  const past = (await listOwnSnapshots(layout, files)).filter(
    ({ sidecar }) => Date.parse(sidecar.time) <= clock.now() + skewMs,
  )
  const [newest] = past
  if (newest !== undefined) return newest.file
  throw new SignetError('unavailable', `there is no snapshot in ${layout.snapshots}`, {
    hint: 'take one: signet snapshot save; or name a file: signet snapshot drill FILE',
  })
}
