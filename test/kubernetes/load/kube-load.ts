import { setTimeout as delay } from 'node:timers/promises'
import type { KubeClient } from '../cluster/kube-client.ts'
import { configMapOf, configMapsPath, firstConfigMaps } from './config-maps.ts'
import { type FailedRequest, PacedRequests } from './paced-requests.ts'
import { type WatchedLoad, WatchedWrites } from './watched-writes.ts'

/** What users of kube-apiserver have seen. */
export interface KubeLoadResult {
  readonly requests: number
  readonly failed: readonly FailedRequest[]
  readonly writes: number
  readonly longestPauseMs: number
  /** Writes that were acknowledged and that the watch has not shown. */
  readonly missed: readonly number[]
  readonly reopened: number
  readonly expired: number
}

const writeEveryMs = 50
const listEveryMs = 100

/** Writes, lists and a watch, all at once. */
export class KubeLoad {
  readonly #writes: PacedRequests
  readonly #lists: PacedRequests
  readonly #watch: WatchedWrites

  private constructor(client: KubeClient, watched: WatchedLoad) {
    this.#watch = new WatchedWrites(client, watched)
    const gone = client.closed
    this.#writes = new PacedRequests({ everyMs: writeEveryMs, ask: (count) => put(client, watched.load, count), gone })
    // Without a resourceVersion: as of this moment, whatever kube-apiserver has in its cache.
    this.#lists = new PacedRequests({ everyMs: listEveryMs, ask: () => client.ask('GET', configMapsPath), gone })
  }

  /** Begins. Loads of different names share no object. */
  static async start(client: KubeClient, load = 'load'): Promise<KubeLoad> {
    for (const body of firstConfigMaps(load)) {
      const { status, body: said } = await client.ask('POST', configMapsPath, body)
      if (status !== 201 && status !== 409) throw new Error(`a ConfigMap cannot be made: ${status} ${said}`)
    }
    const { body } = await client.ask('GET', configMapsPath)
    return new KubeLoad(client, { load, revision: JSON.parse(body).metadata.resourceVersion })
  }

  /** When a write last succeeded, as `performance.now()` tells it. */
  get writtenMs(): number {
    return this.#writes.answeredMs
  }

  /** How many requests have failed so far. */
  get failures(): number {
    return this.#writes.failures + this.#lists.failures
  }

  /** Waits for a write that succeeds after this moment; answers with how long after it, in milliseconds. */
  async nextWriteMs(sinceMs: number, limitMs: number): Promise<number> {
    while (this.writtenMs <= sinceMs) {
      if (performance.now() > sinceMs + limitMs) throw new Error(`no write succeeded for ${limitMs / 1000} s`)
      await delay(20)
    }
    return Math.round(this.writtenMs - sinceMs)
  }

  async stop(): Promise<KubeLoadResult> {
    const [writes, lists] = await Promise.all([this.#writes.stop(), this.#lists.stop()])
    const { seen, reopened, expired } = await this.#watch.stop(writes.succeeded)
    return {
      requests: writes.requests + lists.requests,
      failed: [...writes.failed, ...lists.failed],
      writes: writes.succeeded.length,
      longestPauseMs: Math.max(writes.longestPauseMs, lists.longestPauseMs),
      missed: writes.succeeded.filter((write) => !seen.has(write)),
      reopened,
      expired,
    }
  }
}

function put(client: KubeClient, load: string, count: number) {
  const body = configMapOf(load, count)
  return client.ask('PUT', `${configMapsPath}/${body.metadata.name}`, body)
}
