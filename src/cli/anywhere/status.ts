import { findingsState, findingsStatus } from '../../core/finding.ts'
import { describeHost } from '../../diagnosis/describe-host.ts'
import type { HostOptions } from '../../diagnosis/inspect/host-places.ts'
import type { InspectionWorld } from '../../diagnosis/inspect/inspection-world.ts'
import { inspectHost } from '../../diagnosis/inspect-host.ts'
import { shownFacts } from '../../diagnosis/inspected-host.ts'
import { judgeShown } from '../../diagnosis/judge-host.ts'
import { lookAtHost } from '../../diagnosis/look-at-host.ts'
import { formatStatus } from '../../diagnosis/screen/format-status.ts'
import { openScreen } from '../../diagnosis/screen/screen.ts'
import { type WatchedScreen, watch } from '../../diagnosis/screen/watch.ts'
import type { CommandStreams } from '../command-streams.ts'

/** What an operator may say to `status`, as typed. */
export interface StatusOptions extends HostOptions {
  readonly json?: boolean
  /** Look again every five seconds. */
  readonly watch?: boolean
  /** False where --no-color was typed. */
  readonly color?: boolean
}

const watchIntervalMs = 5000

/** Prints what this host has and sees, or shows it again and again; returns 0 for well, 1 for attention, 2 for broken. */
export async function runStatus(options: StatusOptions, streams: CommandStreams): Promise<number> {
  const look = () => lookAtHost(streams, (world) => lookAtStatus(options, streams, world))
  if (options.watch === true) return watch(look, { stdout: streams.stdout, intervalMs: watchIntervalMs })
  const { text, status } = await look()
  streams.stdout.write(text)
  return status
}

/** What `status` prints, and what it ends with. */
export async function lookAtStatus(
  { json, color, ...options }: StatusOptions,
  { stdout }: Pick<CommandStreams, 'stdout'>,
  world: InspectionWorld,
): Promise<WatchedScreen> {
  const host = await inspectHost(shownFacts, options, world)
  const findings = judgeShown(host)
  const description = describeHost(host)
  const place = { screen: openScreen(stdout, color !== false), nowMs: host.nowMs }
  const report = { state: findingsState(findings), ...description, findings }
  const text = json === true ? `${JSON.stringify(report)}\n` : formatStatus(description, findings, place)
  return { text, status: findingsStatus(findings) }
}
