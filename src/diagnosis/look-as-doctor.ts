import { findingsState, findingsStatus } from '../core/finding.ts'
import { allFacts } from './checks.ts'
import { describeHost } from './describe-host.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { inspectHost } from './inspect-host.ts'
import { judgeHost } from './judge-host.ts'
import type { ShownOptions } from './look-at-status.ts'
import { parseAt } from './parse-at.ts'
import { formatDoctor } from './screen/format-doctor.ts'
import { openScreen } from './screen/screen.ts'
import type { WatchedScreen } from './screen/watch.ts'

/** What an operator may say to `doctor`, as typed. */
export interface DoctorOptions extends ShownOptions {
  /** Judge what will be by then: `+36h`, or a time. */
  readonly at?: string
  /** Show what is well, too. */
  readonly all?: boolean
}

/** What `doctor` prints, and what it ends with. */
export async function lookAsDoctor(
  { json, color, all, at, ...options }: DoctorOptions,
  { stdout }: { readonly stdout: NodeJS.WritableStream },
  world: InspectionWorld,
): Promise<WatchedScreen> {
  const typedMs = at === undefined ? undefined : parseAt(at, world.clock.now())
  const host = await inspectHost(allFacts, options, world)
  const atMs = typedMs ?? host.nowMs
  const findings = judgeHost(host, atMs)
  const place = { screen: openScreen(stdout, color !== false), nowMs: host.nowMs, atMs, showsAll: all }
  const report = { state: findingsState(findings), at: new Date(atMs).toISOString(), findings }
  const text = json === true ? `${JSON.stringify(report)}\n` : formatDoctor(describeHost(host), findings, place)
  return { text, status: findingsStatus(findings) }
}
