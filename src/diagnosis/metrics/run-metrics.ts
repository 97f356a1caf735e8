import { join } from 'node:path'
import { formatFailureNote } from '../../core/failure-lines.ts'
import { asSignetError } from '../../core/signet-error.ts'
import type { HostOptions } from '../inspect/host-places.ts'
import type { InspectionWorld } from '../inspect/inspection-world.ts'
import type { ShownHost } from '../inspected-host.ts'
import { describePage } from '../page/describe-page.ts'
import { pageMode, writePage } from '../page/write-page.ts'
import { describeMetrics } from './describe-metrics.ts'
import { formatExposition } from './format-exposition.ts'
import { inspectQuietly } from './inspect-quietly.ts'
import { linkTextfile } from './link-textfile.ts'
import { publishExtract, requireOutput } from './publish-extract.ts'
import { readMetricFacts } from './read-metrics.ts'

/** What may be said to `metrics`, as typed. */
export interface MetricsOptions extends HostOptions {
  /** Where root's extract goes, in place of standard output. */
  readonly extract?: string
  /** Where the extract is published, by an account of its own. */
  readonly publish?: string
}

/** What is published, and who may read it besides its owner and group: metrics are for all. */
const published = [
  { name: 'signet.prom', mode: 0o644 },
  { name: 'status.html', mode: pageMode },
] as const
const [exposition, page] = published
const extractDirectory = '/run/signet-metrics'

/** Prints this host's metrics, or does one of the two halves of what signet-metrics.timer starts. */
export async function runMetrics(
  options: MetricsOptions,
  { stdout, stderr }: Readonly<Record<'stdout' | 'stderr', NodeJS.WritableStream>>,
  world: InspectionWorld,
): Promise<void> {
  const { extract, publish, ...place } = options
  if (publish !== undefined) return publishAll(publish, world)
  if (extract !== undefined) await requireOutput(extract, world.ownUid)
  const host = await inspectQuietly({ ...place, asksMembers: extract !== undefined }, world)
  const keptProbe = extract === undefined ? undefined : join(extract, 'peer-ports.json')
  const text = formatExposition(describeMetrics(await readMetricFacts(host, { ...place, keptProbe }, world)))
  if (extract === undefined) return void stdout.write(text)
  await world.files.write(join(extract, exposition.name), text, { mode: exposition.mode })
  const say = (line: string): void => void stderr.write(`signet: ${line}\n`)
  await linkTextfile(say)
  await extractPage(join(extract, page.name), host, { world, say })
}

// Each by itself: without a page there are metrics all the same.
async function publishAll(directory: string, { ownUid }: Pick<InspectionWorld, 'ownUid'>): Promise<void> {
  const attempts = published.map(({ name, mode }) => {
    const extract = join(extractDirectory, name)
    return publishExtract({ extract, file: join(directory, name), makerUid: 0, ownUid, mode })
  })
  const failed = (await Promise.allSettled(attempts)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

// Told, and no more: what ended this would keep metrics from being published.
async function extractPage(
  file: string,
  host: ShownHost,
  { world, say }: { readonly world: InspectionWorld; readonly say: (line: string) => void },
): Promise<void> {
  try {
    await writePage(file, describePage(host, { hostName: world.hostName(), isByTimer: true }), world)
  } catch (error) {
    say(formatFailureNote(asSignetError(error)))
  }
}
