import { type MetricName, metricNames, metricTable } from './metric-table.ts'
import type { Sample } from './sample.ts'

/**
 * What a label may hold: our names, words, codes, versions and pins, and nothing that would have to be escaped. A certificate's
 * CN or a journal's line may be hostile: a quote or a newline in it would forge series (CWE-93).
 */
const labelPattern = /^[A-Za-z0-9._+-]{1,80}$/

/** Samples as the text format of Prometheus has them, each metric together and announced once. What fits no grammar is left out. Pure. */
export function formatExposition(samples: readonly Sample[]): string {
  return metricNames
    .map((name) => formatMetric(name, new Set(samples.filter(({ metric }) => metric === name).flatMap(formatSample))))
    .join('')
}

function formatMetric(name: MetricName, lines: ReadonlySet<string>): string {
  if (lines.size === 0) return ''
  const { help, type } = metricTable[name]
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n')
}

function formatSample({ metric, labels, value }: Sample): readonly string[] {
  const names: readonly string[] = metricTable[metric].labels
  if (labels.length !== names.length || !labels.every((label) => labelPattern.test(label))) return []
  if (!Number.isFinite(value)) return []
  const pairs = names.map((name, index) => `${name}="${labels[index]}"`)
  return [`${metric}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`]
}
