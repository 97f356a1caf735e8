import { findingsState, findingsStatus } from '../core/finding.ts'
import { describeHost } from './describe-host.ts'
import type { HostOptions } from './inspect/host-places.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { inspectHost } from './inspect-host.ts'
import { shownFacts } from './inspected-host.ts'
import { judgeShown } from './judge-host.ts'
import { formatStatus } from './screen/format-status.ts'
import { openScreen } from './screen/screen.ts'
import type { WatchedScreen } from './screen/watch.ts'

/** Where an operator looks, and how it is shown. */
export interface ShownOptions extends HostOptions {
  readonly json?: boolean
  /** False where --no-color was typed. */
  readonly color?: boolean
}

/** What `status` prints, and what it ends with. */
export async function lookAtStatus(
  { json, color, ...options }: ShownOptions,
  { stdout }: { readonly stdout: NodeJS.WritableStream },
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
