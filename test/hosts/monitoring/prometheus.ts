import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'

/** One series of an answer. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly value: number
}

/** What users of Prometheus and Alertmanager see on their pages, by the APIs below them. */
export class Prometheus {
  readonly #address: string

  constructor(address: string) {
    this.#address = address
  }

  /** What a query of the moment finds. */
  async query(expression: string): Promise<readonly Series[]> {
    const answer = await this.#get<{ data: { result: { metric: Series['metric']; value: [number, string] }[] } }>(
      `:9090/api/v1/query?query=${encodeURIComponent(expression)}`,
    )
    return answer.data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }))
  }

  /** The names of alerts that fire, as Alertmanager shows them; those that others silence are among them. */
  async listAlerts(): Promise<readonly string[]> {
    const alerts =
      await this.#get<{ labels: Record<string, string>; status: { state: string } }[]>(':9093/api/v2/alerts')
    return alerts.map(({ labels, status }) => `${labels['alertname']} ${status.state}`).sort()
  }

  /** What is wrong with scraping and with rules: empty where all is well. */
  async listFaults(): Promise<readonly string[]> {
    const { data: rules } = await this.#get<{
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] }
    }>(':9090/api/v1/rules')
    const { data: targets } = await this.#get<{
      data: { activeTargets: { scrapeUrl: string; health: string; lastError: string }[] }
    }>(':9090/api/v1/targets')
    return [
      ...rules.groups.flatMap((group) => group.rules).map(({ name, ...rule }) => ({ name, ...rule })),
      ...targets.activeTargets.map(({ scrapeUrl: name, ...target }) => ({ name, ...target })),
    ]
      .filter(({ health }) => health !== 'ok' && health !== 'up')
      .map(({ name, health, lastError = '' }) => `${name}: ${health} ${lastError}`)
  }

  /** Waits until a query finds something; answers with it. */
  async until(expression: string, limitSeconds: number): Promise<readonly Series[]> {
    const limitMs = performance.now() + limitSeconds * 1000
    for (;;) {
      const found = await this.query(expression).catch(() => [])
      if (found.length > 0) return found
      assert.ok(performance.now() < limitMs, `not within ${limitSeconds} s: ${expression}`)
      await delay(500)
    }
  }

  async #get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`http://${this.#address}${path}`)
    assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`)
    return (await response.json()) as Answer
  }
}
