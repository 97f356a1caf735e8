import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { type ClientWorld, systemClientWorld } from '../../client/client-world.ts'
import { systemClock } from '../../core/clock.ts'
import { type RemainingMs, startBudget } from '../../core/time-budget.ts'
import { requireGuardedProgram } from '../../host/binaries/guarded-program.ts'
import { readRunningProgram } from '../../host/binaries/running-program.ts'
import { createClockSync, type RunProgram } from '../../host/clock-sync.ts'
import { canReachUrl, openTcp } from '../../host/net/open-tcp.ts'
import { listOwnAddresses } from '../../host/net/own-addresses.ts'
import { runProgram } from '../../host/programs/run-program.ts'
import { createSystemd, type Systemd } from '../../host/programs/systemd-unit.ts'
import { type FrontWorld, systemFrontWorld } from '../../openssh/read-front.ts'
import { resolveSshAddress, type SignerPathWorld } from './inspect-signer-path.ts'

/** Hears of what a look waits for, by what people call it. */
export interface Waits {
  readonly began: (what: string) => void
  readonly ended: (what: string) => void
}

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
  /** How long a question may take that is asked now. */
  readonly remainingMs: RemainingMs
  /** Hears of what is being waited for. */
  readonly waits?: Waits
}

/** All that is looked at once ends within this time, whatever does not answer: in five seconds, with the process's own. */
const lookMs = 4000

const usualStartMs = 700

/** The time of a look that begins with this process; one that was slow to start has no less for what it asks. */
export function startLook(): RemainingMs {
  return startBudget(lookMs, Math.max(0, performance.now() - usualStartMs))
}

/** This host, its ssh, its network and its clock. */
export function systemInspection(
  onWarning: (text: string) => void,
  remainingMs: RemainingMs = startBudget(lookMs),
): InspectionWorld {
  const run: RunProgram = (command, args, timeoutMs) => runProgram(command, args, Math.min(timeoutMs, remainingMs()))
  return {
    ...systemClientWorld(onWarning, { timeoutMs: remainingMs, isReadOnly: true }),
    ownUid: process.geteuid?.() ?? 0,
    isClockSynchronised: createClockSync(systemClock, run),
    hostName: hostname,
    ownAddresses: listOwnAddresses,
    run,
    guardProgram: (path) => requireGuardedProgram(path, process.geteuid?.() ?? 0),
    runningProgram: readRunningProgram,
    canReach: (url) => canReachUrl(url, remainingMs()),
    resolveAddress: (signer) => resolveSshAddress(signer, run),
    // Not by Node.js: a resolver that hangs would hold the end of this process until it gives up.
    lookUp: (host) => run('getent', ['ahosts', host], remainingMs()),
    connectTcp: (address) => openTcp(address, remainingMs()),
    isTimerActive: (unit) => askSystemd(run, (systemd) => systemd.isActive(unit)),
    isUnitKnown: (unit) => askSystemd(run, (systemd) => systemd.isKnown(unit)),
    front: { ...systemFrontWorld, run },
    remainingMs,
  }
}

async function askSystemd(run: RunProgram, ask: (systemd: Systemd) => Promise<boolean>): Promise<boolean | undefined> {
  if (!existsSync('/run/systemd/system')) return undefined
  return ask(createSystemd(run)).catch(() => undefined)
}
