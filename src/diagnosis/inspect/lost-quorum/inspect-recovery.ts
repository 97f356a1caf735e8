import type { HostLayout } from '../../../host/host-layout.ts'
import { type RecoveryMarks, readRecoveryMarks } from '../../../host/lost-quorum/recovery-marks.ts'
import type { InspectionWorld } from '../inspection-world.ts'

/** What a recovery has left here; undefined where there was none. */
export async function inspectRecovery(
  layout: HostLayout,
  { files }: Pick<InspectionWorld, 'files'>,
): Promise<RecoveryMarks | undefined> {
  const marks = await readRecoveryMarks(layout, files)
  return Object.values(marks).every((mark) => mark === undefined) ? undefined : marks
}
