import { systemClientWorld } from '../../client/client-world.ts'
import { systemClock } from '../../core/clock.ts'
import { createClockSync } from '../../host/clock-sync.ts'
import type { InspectionPorts } from '../inspect-host.ts'

const signerTimeoutMs = 15_000

/** This host, its ssh and its clock. */
export function systemInspection(onWarning: (text: string) => void): InspectionPorts {
  return {
    ...systemClientWorld(onWarning, { timeoutMs: signerTimeoutMs, isReadOnly: true }),
    ownUid: process.geteuid?.() ?? 0,
    isClockSynchronised: createClockSync(systemClock),
  }
}
