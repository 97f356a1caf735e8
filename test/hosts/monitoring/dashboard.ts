import { readFileSync } from 'node:fs'
import { places } from '../set-up/places.ts'
import type { Prometheus } from './prometheus.ts'

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}

/** The queries of the dashboard that have found nothing yet. */
export class Dashboard {
  readonly #left: Map<string, string>

  constructor() {
    const text = readFileSync(`${places.checkout}/packaging/grafana/signet.json`, 'utf8')
    const { panels }: { readonly panels: readonly Panel[] } = JSON.parse(text)
    const targets = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [expr, title] as const))
    this.#left = new Map(targets.map(([expr, title]) => [askable(expr), title]))
  }

  /** Asks what was empty by now. */
  async look(prometheus: Prometheus): Promise<void> {
    for (const expression of [...this.#left.keys()]) {
      if ((await prometheus.query(expression)).length > 0) this.#left.delete(expression)
    }
  }

  /** The panels, each with its query, that were empty whenever somebody looked. */
  get alwaysEmpty(): readonly string[] {
    return [...this.#left].map(([expression, title]) => `${title}: ${expression}`)
  }
}

/** With what Grafana puts in for "All"; and whether clocks are synchronised is the machine's, which hosts here share. */
function askable(expression: string): string {
  return expression.replaceAll('$cluster', '.*').replace(/^(signet_clock_synchronised\{.*\}) == 0$/, '$1')
}
