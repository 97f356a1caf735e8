import { SignetError } from '../../core/signet-error.ts'
import { isAheadOfTime } from '../../host/snapshots/ahead-of-time.ts'
import { listOwnSnapshots } from '../own-snapshots.ts'
import type { DrillWorld } from './drill-world.ts'

/** This host's snapshot that was taken last; those of a time to come are left out. Throws `unavailable`. */
export async function findNewestSnapshot({ layout, files, clock }: DrillWorld): Promise<string> {
  const past = (await listOwnSnapshots(layout, files)).filter(
    ({ sidecar }) => !isAheadOfTime(Date.parse(sidecar.time), clock.now()),
  )
  const [newest] = past
  if (newest !== undefined) return newest.file
  throw new SignetError('unavailable', `there is no snapshot in ${layout.snapshots}`, {
    hint: 'take one: signet snapshot save; or name a file: signet snapshot drill FILE',
  })
}
