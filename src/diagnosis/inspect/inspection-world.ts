import { lookup } from 'node:dns/promises'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { type ClientWorld, systemClientWorld } from '../../client/client-world.ts'
import { systemClock } from '../../core/clock.ts'
import { requireGuardedProgram } from '../../host/binaries/guarded-program.ts'
import { readRunningProgram } from '../../host/binaries/running-program.ts'
import { createClockSync, type RunProgram } from '../../host/clock-sync.ts'
import { canReachUrl, openTcp } from '../../host/net/open-tcp.ts'
import { listOwnAddresses } from '../../host/net/own-addresses.ts'
import { runProgram } from '../../host/programs/run-program.ts'
import { createSystemd, type Systemd } from '../../host/programs/systemd-unit.ts'
import { type FrontWorld, systemFrontWorld } from '../../openssh/read-front.ts'
import { resolveSshAddress, type SignerPathWorld } from './inspect-signer-path.ts'

/** What looking at a host touches of the world. */
export interface InspectionWorld extends ClientWorld, SignerPathWorld {
  /** The account that runs this. */
  readonly ownUid: number
  readonly isClockSynchronised: () => Promise<boolean | null>
  readonly hostName: () => string
  readonly ownAddresses: () => readonly string[]
  readonly run: RunProgram
  /** Refuses a program that another account could exchange. */
  readonly guardProgram: (path: string) => Promise<void>
  /** The file that a unit runs; undefined where it does not run, or only root can tell. */
  readonly runningProgram: (unit: string) => Promise<string | undefined>
  /** Whether somebody takes connections at a URL's host and port. */
  readonly canReach: (url: string) => Promise<boolean>
  /** Undefined where systemd does not run. */
  readonly isTimerActive: (unit: string) => Promise<boolean | undefined>
  /** Whether there is such a unit; undefined where systemd does not run. */
  readonly isUnitKnown: (unit: string) => Promise<boolean | undefined>
  readonly front: FrontWorld
}

const signerTimeoutMs = 15_000

/** This host, its ssh, its network and its clock. */
export function systemInspection(onWarning: (text: string) => void): InspectionWorld {
  return {
    ...systemClientWorld(onWarning, { timeoutMs: signerTimeoutMs, isReadOnly: true }),
    ownUid: process.geteuid?.() ?? 0,
    isClockSynchronised: createClockSync(systemClock),
    hostName: hostname,
    ownAddresses: listOwnAddresses,
    run: runProgram,
    guardProgram: (path) => requireGuardedProgram(path, process.geteuid?.() ?? 0),
    runningProgram: readRunningProgram,
    canReach: canReachUrl,
    resolveAddress: resolveSshAddress,
    lookUp: lookup,
    connectTcp: openTcp,
    isTimerActive: (unit) => askSystemd((systemd) => systemd.isActive(unit)),
    isUnitKnown: (unit) => askSystemd((systemd) => systemd.isKnown(unit)),
    front: systemFrontWorld,
  }
}

async function askSystemd(ask: (systemd: Systemd) => Promise<boolean>): Promise<boolean | undefined> {
  if (!existsSync('/run/systemd/system')) return undefined
  return ask(createSystemd()).catch(() => undefined)
}
