import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

/** An alert, as Alertmanager sends it to a webhook. */
export interface ReceivedAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly receivedMs: number
}

/** A webhook, which records what Alertmanager sends to it. */
export class AlertReceiver {
  readonly #server: Server
  readonly #address: string
  #alerts: ReceivedAlert[] = []

  private constructor(server: Server, address: string) {
    this.#server = server
    this.#address = address
  }

  /** Listens at an address of this machine that hosts reach. */
  static async listen(address: string): Promise<AlertReceiver> {
    const server = createServer(async (request, response) => {
      const { alerts }: { readonly alerts: readonly Omit<ReceivedAlert, 'receivedMs'>[] } = JSON.parse(
        await text(request),
      )
      receiver.#alerts.push(...alerts.map((alert) => ({ ...alert, receivedMs: Date.now() })))
      response.end()
    })
    const receiver = new AlertReceiver(server, address)
    server.listen(0, address)
    await once(server, 'listening')
    return receiver
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://${this.#address}:${port}/`
  }

  /** Forgets what came by now: what is waited for next must come anew. */
  forget(): void {
    this.#alerts = []
  }

  /** Waits until an alert comes; answers with it. */
  async until(alertname: string, status: ReceivedAlert['status'], limitSeconds: number): Promise<ReceivedAlert> {
    const limitMs = performance.now() + limitSeconds * 1000
    for (;;) {
      const found = this.#alerts.findLast((alert) => alert.labels['alertname'] === alertname && alert.status === status)
      if (found !== undefined) return found
      assert.ok(performance.now() < limitMs, `no ${alertname} ${status} within ${limitSeconds} s; ${this.#told()}`)
      await delay(200)
    }
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #told(): string {
    const told = this.#alerts.map(({ status, labels }) => `${labels['alertname']} ${status}`)
    return `there came: ${told.join(', ') || 'nothing'}`
  }
}
