import { findingsState, findingsStatus } from '../../core/finding.ts'
import { describeHost } from '../../diagnosis/describe-host.ts'
import type { HostOptions } from '../../diagnosis/inspect/host-places.ts'
import type { InspectionWorld } from '../../diagnosis/inspect/inspection-world.ts'
import { inspectHost } from '../../diagnosis/inspect-host.ts'
import { shownFacts } from '../../diagnosis/inspected-host.ts'
import { judgeShown } from '../../diagnosis/judge-host.ts'
import { formatStatus } from '../../diagnosis/screen/format-status.ts'
import { openScreen } from '../../diagnosis/screen/screen.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'

/** What an operator may say to `status`, as typed. */
export interface StatusOptions extends HostOptions {
  readonly json?: boolean
  /** False where --no-color was typed. */
  readonly color?: boolean
}

/** Prints what this host has and sees; returns 0 for well, 1 for attention, 2 for broken. */
export async function runStatus(
  options: StatusOptions,
  streams: CommandStreams,
  world: InspectionWorld,
): Promise<number> {
  const host = await inspectHost(shownFacts, options, world)
  const findings = judgeShown(host)
  const description = describeHost(host)
  if (options.json === true) printJson(streams, { state: findingsState(findings), ...description, findings })
  else {
    const screen = openScreen(streams.stdout, options.color !== false)
    streams.stdout.write(formatStatus(description, findings, { screen, nowMs: host.nowMs }))
  }
  return findingsStatus(findings)
}
