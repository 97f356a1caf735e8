import { type MetricName, metricNames, metricTable } from './metric-table.ts'
import type { Sample } from './sample.ts'

/**
 * What a label may hold: our names, words, codes, versions and pins, and nothing that would have to be escaped. A certificate's
 * CN or a journal's line may be hostile: a quote or a newline in it would forge series (CWE-93).
 */
const labelPattern = /^[A-Za-z0-9._+-]{1,80}$/

/**
 * Samples as the text format of Prometheus has them, each metric together and announced once. What fits no grammar is left out, and
 * so is a series that was said already, with another value too: node_exporter would take nothing of the whole file. Pure.
 */
export function formatExposition(samples: readonly Sample[]): string {
  return metricNames.map((name) => formatMetric(name, samples)).join('')
}

function formatMetric(name: MetricName, samples: readonly Sample[]): string {
  const values = new Map<string, number>()
  for (const sample of samples) {
    const series = sample.metric === name ? formatSeries(sample) : undefined
    if (series !== undefined && !values.has(series)) values.set(series, sample.value)
  }
  if (values.size === 0) return ''
  const { help, type } = metricTable[name]
  const lines = [...values].map(([series, value]) => `${series} ${value}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
}

function formatSeries({ metric, labels, value }: Sample): string | undefined {
  const names: readonly string[] = metricTable[metric].labels
  if (labels.length !== names.length || !labels.every((label) => labelPattern.test(label))) return undefined
  if (!Number.isFinite(value)) return undefined
  const pairs = names.map((name, index) => `${name}="${labels[index]}"`)
  return `${metric}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`
}
