import { systemClock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { createDaemonLog } from '../host/daemon-log.ts'
import { writeFileAtomically } from '../host/files/write-file-atomically.ts'
import { watchProcess } from '../host/programs/process-watch.ts'
import { announceReady } from '../host/programs/service-manager.ts'
import type { DaemonOptions } from '../host/programs/service-start.ts'
import { readConfig } from '../host/signet-config.ts'
import { RateLimitedLog } from './admission/rate-limited-log.ts'
import { createWorld } from './create-world.ts'
import { planMemoryBound } from './memory-bound.ts'
import { type Front, startFront } from './start-front.ts'
import { AuthorityClient } from './upstream/authority-client.ts'

export interface EndpointOptions extends DaemonOptions {
  /** Where `{"host","port"}` is written once callers are answered. */
  readonly readyFile?: string | undefined
}

const summaryIntervalMs = 60_000
/** Nothing that a caller asks takes a tenth of a second. */
const maxStandstillMs = 10_000

/** Runs the endpoint until it is stopped. Neither etcd nor the authority need be there when it starts. */
export async function runEndpoint(options: EndpointOptions): Promise<void> {
  const { configFile, readyFile, stopped } = options
  const config = readConfig(configFile)
  const log = createDaemonLog('endpoint')
  surviveDefects(log)
  const refusals = new RateLimitedLog(log, systemClock)
  const authority = new AuthorityClient({ socketPath: config.paths.authoritySocket })
  const front = await startFront(config, createWorld(config, { authority, log, refusals }), options.inheritedFd)
  // Not before: it would keep a process alive that could not start, and that nobody would start again.
  const summaries = setInterval(() => refusals.flush(), summaryIntervalMs)
  if (readyFile !== undefined) await tellPlace(readyFile, front.place)
  const maxResidentBytes = planMemoryBound(config.endpoint.limits)
  const stopWatching = watchProcess('endpoint', { maxResidentBytes, maxStandstillMs }, log)
  const stopAnnouncing = await announceReady(options, log)
  log.info(front.place, 'ready')
  await stopped
  stopAnnouncing()
  stopWatching()
  clearInterval(summaries)
  await front.close()
  authority.close()
  refusals.flush()
  log.info({}, 'stopped')
}

async function tellPlace(readyFile: string, place: Front['place']): Promise<void> {
  await writeFileAtomically(readyFile, `${JSON.stringify(place)}\n`, { mode: 0o644 })
}

// One caller's connection may hit a defect in a callback, of ours or of ssh2; the other callers must not feel it.
function surviveDefects(log: Log): void {
  const report = (error: unknown): void => {
    log.error({ stack: error instanceof Error ? (error.stack ?? '') : String(error) }, 'a defect was survived')
  }
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}
