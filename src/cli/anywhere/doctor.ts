import { findingsState, findingsStatus } from '../../core/finding.ts'
import { allFacts } from '../../diagnosis/checks.ts'
import { describeHost } from '../../diagnosis/describe-host.ts'
import type { HostOptions } from '../../diagnosis/inspect/host-places.ts'
import type { InspectionWorld } from '../../diagnosis/inspect/inspection-world.ts'
import { inspectHost } from '../../diagnosis/inspect-host.ts'
import { judgeHost } from '../../diagnosis/judge-host.ts'
import { parseAt } from '../../diagnosis/parse-at.ts'
import { formatDoctor } from '../../diagnosis/screen/format-doctor.ts'
import { openScreen } from '../../diagnosis/screen/screen.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'

/** What an operator may say to `doctor`, as typed. */
export interface DoctorOptions extends HostOptions {
  /** Judge what will be by then: `+36h`, or a time. */
  readonly at?: string
  readonly json?: boolean
  /** Show what is well, too. */
  readonly all?: boolean
  /** False where --no-color was typed. */
  readonly color?: boolean
}

/** Looks for everything that goes wrong in practice; returns 0 for well, 1 for attention, 2 for broken. */
export async function runDoctor(
  options: DoctorOptions,
  streams: CommandStreams,
  world: InspectionWorld,
): Promise<number> {
  const typedMs = options.at === undefined ? undefined : parseAt(options.at, world.clock.now())
  const host = await inspectHost(allFacts, options, world)
  const atMs = typedMs ?? host.nowMs
  const findings = judgeHost(host, atMs)
  const report = { state: findingsState(findings), at: new Date(atMs).toISOString(), findings }
  if (options.json === true) printJson(streams, report)
  else {
    const screen = openScreen(streams.stdout, options.color !== false)
    const place = { screen, nowMs: host.nowMs, atMs, showsAll: options.all }
    streams.stdout.write(formatDoctor(describeHost(host), findings, place))
  }
  return findingsStatus(findings)
}
