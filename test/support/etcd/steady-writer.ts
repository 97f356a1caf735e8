import { setTimeout as delay } from 'node:timers/promises'
import type { EtcdClient } from '../../../src/etcd/etcd-client.ts'
import { putKey } from '../../../src/etcd/key-value.ts'

export interface Written {
  readonly writes: number
  readonly failures: readonly unknown[]
  readonly longestPauseMs: number
}

/** A client that writes about a hundred times a second and remembers every failure. */
export class SteadyWriter {
  #isStopping = false
  readonly #done: Promise<Written>

  constructor(client: EtcdClient) {
    this.#done = this.#write(client)
  }

  stop(): Promise<Written> {
    this.#isStopping = true
    return this.#done
  }

  async #write(client: EtcdClient): Promise<Written> {
    const failures: unknown[] = []
    let writes = 0
    let longestPauseMs = 0
    let answeredAtMs = performance.now()
    while (!this.#isStopping) {
      await putKey(client, 'load', `${writes}`).catch((error: unknown) => failures.push(error))
      longestPauseMs = Math.max(longestPauseMs, performance.now() - answeredAtMs)
      answeredAtMs = performance.now()
      writes += 1
      await delay(10)
    }
    return { writes, failures, longestPauseMs: Math.round(longestPauseMs) }
  }
}
