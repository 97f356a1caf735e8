import { type InspectionWorld, startLook, systemInspection } from '../../diagnosis/inspect/inspection-world.ts'
import { showWaits } from '../../diagnosis/screen/show-waits.ts'
import { type CommandStreams, warnOn } from '../command-streams.ts'

/** Looks at this host, in five seconds from the start of the process on, and says on a terminal what is waited for. */
export async function inspecting<Value>(
  streams: CommandStreams,
  look: (world: InspectionWorld) => Promise<Value>,
): Promise<Value> {
  const remainingMs = startLook()
  const waits = showWaits(streams.stderr, remainingMs)
  return look({ ...systemInspection(warnOn(streams), remainingMs), waits }).finally(waits.close)
}
