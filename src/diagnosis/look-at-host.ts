import { type InspectionWorld, startLook, systemInspection } from './inspect/inspection-world.ts'
import { showWaits } from './screen/show-waits.ts'

/** Who hears of a look: of what could not be done but is no failure, and at a terminal of what is waited for. */
export interface LookStreams {
  readonly stderr: NodeJS.WritableStream
}

/** Looks at this host, in five seconds from the start of the process on, and says on a terminal what is waited for. */
export async function lookAtHost<Value>(
  { stderr }: LookStreams,
  look: (world: InspectionWorld) => Promise<Value>,
): Promise<Value> {
  const remainingMs = startLook()
  const waits = showWaits(stderr, remainingMs)
  const warn = (text: string): void => void stderr.write(`signet: warning: ${text}\n`)
  return look({ ...systemInspection(warn, remainingMs), waits }).finally(waits.close)
}
