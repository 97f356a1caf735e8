import { setTimeout as delay } from 'node:timers/promises'
import { callTimeoutMs, type KubeAnswer } from '../cluster/kube-client.ts'

export interface PacedSettings {
  /** Between the beginnings of two requests, whatever has come of the first: who waits for an answer hides an outage. */
  readonly everyMs: number
  readonly ask: (count: number) => Promise<KubeAnswer>
  /** Ends it though nobody stops it: what it asks is gone, as after a scenario that failed. */
  readonly gone: AbortSignal
}

/** A request that was not answered with success. */
export interface FailedRequest {
  /** As `performance.now()` tells it. */
  readonly begunMs: number
  readonly endedMs: number
  /** The status and what was said, or why there was no answer. */
  readonly why: string
}

/** What came of all requests. */
export interface PacedResult {
  readonly requests: number
  readonly failed: readonly FailedRequest[]
  /** The numbers of those that succeeded. */
  readonly succeeded: readonly number[]
  /** The longest time in which none succeeded. */
  readonly longestPauseMs: number
}

// A master's whole load waits here while etcd is away; more would measure this program.
const mostUnanswered = 400

/** Requests at a steady pace, until it is stopped. */
export class PacedRequests {
  readonly #settings: PacedSettings
  readonly #failed: FailedRequest[] = []
  readonly #succeeded: number[] = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #running: Promise<void>
  #requests = 0
  #answeredMs = performance.now()
  #longestPauseMs = 0

  constructor(settings: PacedSettings) {
    this.#settings = settings
    this.#running = this.#run()
  }

  /** When the last success was, as `performance.now()` tells it. */
  get answeredMs(): number {
    return this.#answeredMs
  }

  get failures(): number {
    return this.#failed.length
  }

  /** Begins no more, and waits for all answers. */
  async stop(): Promise<PacedResult> {
    this.#stopping.abort()
    await this.#running
    await Promise.all(this.#underWay)
    this.#noteSuccess()
    const [failed, succeeded] = [this.#failed, this.#succeeded]
    return { requests: this.#requests, failed, succeeded, longestPauseMs: Math.round(this.#longestPauseMs) }
  }

  async #run(): Promise<void> {
    const { everyMs, gone } = this.#settings
    const signal = AbortSignal.any([this.#stopping.signal, gone])
    let nextMs = performance.now()
    while (!signal.aborted) {
      if (this.#underWay.size < mostUnanswered) this.#begin()
      nextMs += everyMs
      // Behind, on a busy machine: those that were not begun are not made up for in one burst.
      nextMs = Math.max(nextMs, performance.now())
      await delay(Math.max(0, nextMs - performance.now()), undefined, { signal }).catch(() => {})
    }
  }

  #begin(): void {
    const count = this.#requests
    this.#requests += 1
    const call = this.#ask(count).finally(() => this.#underWay.delete(call))
    this.#underWay.add(call)
  }

  async #ask(count: number): Promise<void> {
    const begunMs = performance.now()
    const why = await this.#settings.ask(count).then(whyFailed, whyUnanswered)
    if (why === undefined) {
      this.#succeeded.push(count)
      this.#noteSuccess()
    } else this.#failed.push({ begunMs, endedMs: performance.now(), why })
  }

  #noteSuccess(): void {
    const nowMs = performance.now()
    this.#longestPauseMs = Math.max(this.#longestPauseMs, nowMs - this.#answeredMs)
    this.#answeredMs = nowMs
  }
}

function whyUnanswered(error: unknown): string {
  const isLate = error instanceof Error && /abort/i.test(error.message)
  return isLate ? `no answer within ${callTimeoutMs / 1000} s` : String(error)
}

function whyFailed({ status, body }: KubeAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined
  return `${status} ${messageOf(body)}`
}

function messageOf(body: string): string {
  try {
    return String(JSON.parse(body).message)
  } catch {
    return body.slice(0, 120)
  }
}
