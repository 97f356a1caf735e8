import { findingsState, findingsStatus } from '../core/finding.ts'
import { describeHost } from './describe-host.ts'
import type { HostOptions } from './inspect/host-places.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { inspectHost } from './inspect-host.ts'
import { type ShownHost, shownFacts } from './inspected-host.ts'
import { judgeShown } from './judge-host.ts'
import type { LookStreams } from './look-at-host.ts'
import { describePage } from './page/describe-page.ts'
import { planBelief } from './page/page-facts.ts'
import { requirePagePlace, writePage } from './page/write-page.ts'
import { formatStatus } from './screen/format-status.ts'
import { openScreen } from './screen/screen.ts'
import type { WatchedScreen } from './screen/watch.ts'

/** Where an operator looks, and how it is shown. */
export interface ShownOptions extends HostOptions {
  readonly json?: boolean
  /** False where --no-color was typed. */
  readonly color?: boolean
}

/** What an operator may say to `status`, as typed. */
export interface StatusOptions extends ShownOptions {
  /** Look again every five seconds. */
  readonly watch?: boolean
  /** The file that gets a page, in place of the screen. */
  readonly html?: string
}

type StatusStreams = LookStreams & { readonly stdout: NodeJS.WritableStream }

/** What `status` prints, and what it ends with. */
export async function lookAtStatus(
  { json, color, html, watch: _, ...options }: StatusOptions,
  streams: StatusStreams,
  world: InspectionWorld,
): Promise<WatchedScreen> {
  if (html !== undefined) await requirePagePlace(html, world)
  const host = await inspectHost(shownFacts, options, world)
  if (html !== undefined) return writeStatusPage(html, host, { world, ...streams })
  const findings = judgeShown(host)
  const description = describeHost(host)
  const place = { screen: openScreen(streams.stdout, color !== false), nowMs: host.nowMs }
  const report = { state: findingsState(findings), ...description, findings }
  const text = json === true ? `${JSON.stringify(report)}\n` : formatStatus(description, findings, place)
  return { text, status: findingsStatus(findings) }
}

async function writeStatusPage(
  file: string,
  host: ShownHost,
  { world, stderr }: LookStreams & { readonly world: InspectionWorld },
): Promise<WatchedScreen> {
  const facts = describePage(host, { hostName: world.hostName(), isByTimer: false })
  await writePage(file, facts, world)
  const until = new Date(planBelief(facts)).toISOString().replace(/\.\d+Z/, 'Z')
  stderr.write(`signet: wrote ${file}, to be believed until ${until}: ${findingsState(facts.findings)}\n`)
  return { text: '', status: findingsStatus(facts.findings) }
}
