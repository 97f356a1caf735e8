import { join } from 'node:path'
import type { HostOptions } from '../inspect/host-places.ts'
import type { InspectionWorld } from '../inspect/inspection-world.ts'
import { describeMetrics } from './describe-metrics.ts'
import { formatExposition } from './format-exposition.ts'
import { linkTextfile } from './link-textfile.ts'
import { publishMetrics, requireOutput } from './publish-metrics.ts'
import { readMetricFacts } from './read-metrics.ts'

/** What may be said to `metrics`, as typed. */
export interface MetricsOptions extends HostOptions {
  /** Where root's extract goes, in place of standard output. */
  readonly extract?: string
  /** Where the extract is published, by an account of its own. */
  readonly publish?: string
}

const fileName = 'signet.prom'
const extractDirectory = '/run/signet-metrics'

/** Prints this host's metrics, or does one of the two halves of what signet-metrics.timer starts. */
export async function runMetrics(
  options: MetricsOptions,
  { stdout, stderr }: Readonly<Record<'stdout' | 'stderr', NodeJS.WritableStream>>,
  world: InspectionWorld,
): Promise<void> {
  const { extract, publish, ...host } = options
  if (publish !== undefined) {
    return publishMetrics({ extract: join(extractDirectory, fileName), file: join(publish, fileName), makerUid: 0 })
  }
  if (extract !== undefined) await requireOutput(extract)
  const keptProbe = extract === undefined ? undefined : join(extract, 'peer-ports.json')
  const text = formatExposition(describeMetrics(await readMetricFacts({ ...host, keptProbe }, world)))
  if (extract === undefined) return void stdout.write(text)
  await world.files.write(join(extract, fileName), text, { mode: 0o644 })
  await linkTextfile((line) => void stderr.write(`signet: ${line}\n`))
}
