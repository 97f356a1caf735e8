import { type CommandStreams, systemPorts } from '../../client/client-setup.ts'
import { systemClock } from '../../core/clock.ts'
import { createClockSync } from '../../host/clock-sync.ts'
import type { InspectionPorts } from '../inspect-host.ts'

const signerTimeoutMs = 15_000

/** This host, its ssh and its clock. */
export function systemInspection(streams: CommandStreams): InspectionPorts {
  return {
    ...systemPorts(streams, { timeoutMs: signerTimeoutMs, isReadOnly: true }),
    ownUid: process.geteuid?.() ?? 0,
    isClockSynchronised: createClockSync(systemClock),
  }
}
