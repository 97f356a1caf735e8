import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeClient } from '../cluster/kube-client.ts'
import { configMapsPath } from './config-maps.ts'

/** What a watch has brought. */
export interface WatchResult {
  /** The numbers of the writes that it has shown. */
  readonly seen: ReadonlySet<number>
  /** How often the stream ended and was opened again at the revision that was seen last. */
  readonly reopened: number
  /** Ends that a client must answer with a new list, for the revision is gone (410): every one is a hole. */
  readonly expired: number
}

interface WatchEvent {
  readonly type: string
  readonly object: {
    readonly code?: number
    readonly metadata?: { readonly resourceVersion?: string }
    readonly data?: { readonly write?: string }
  }
}

// As client-go does it at first (Kubernetes, client-go/tools/cache/reflector.go: 800 ms and more).
const pauseMs = 800

/** What is watched, and from which revision on. */
export interface WatchedLoad {
  readonly load: string
  readonly revision: string
}

/** A raw watch, opened again where it ends, as client-go's reflector does; it never lists again. */
export class WatchedWrites {
  readonly #client: KubeClient
  readonly #stopping = new AbortController()
  readonly #seen = new Set<number>()
  readonly #running: Promise<void>
  readonly #load: string
  #revision: string
  #reopened = 0
  #expired = 0

  constructor(client: KubeClient, { load, revision }: WatchedLoad) {
    this.#client = client
    this.#load = load
    this.#revision = revision
    this.#running = this.#run()
  }

  /** Waits until it has shown all of these, 20 s at most, and ends it. */
  async stop(awaited: readonly number[]): Promise<WatchResult> {
    const untilMs = performance.now() + 20_000
    while (!awaited.every((write) => this.#seen.has(write)) && performance.now() < untilMs) await delay(50)
    this.#stopping.abort()
    await this.#running
    return { seen: this.#seen, reopened: this.#reopened, expired: this.#expired }
  }

  async #run(): Promise<void> {
    const signal = AbortSignal.any([this.#stopping.signal, this.#client.closed])
    while (!signal.aborted) {
      await this.#read(signal).catch(() => {})
      if (signal.aborted) return
      this.#reopened += 1
      await delay(pauseMs, undefined, { signal }).catch(() => {})
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const query = `watch=1&allowWatchBookmarks=true&labelSelector=load%3D${this.#load}&resourceVersion=${this.#revision}`
    const stream = await this.#client.open('GET', `${configMapsPath}?${query}`, { signal })
    for await (const line of createInterface({ input: stream })) this.#take(JSON.parse(line))
  }

  #take({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      if (object.code === 410) this.#expired += 1
      return
    }
    this.#revision = object.metadata?.resourceVersion ?? this.#revision
    const write = object.data?.write
    if (write !== undefined && write !== 'first') this.#seen.add(Number(write))
  }
}
