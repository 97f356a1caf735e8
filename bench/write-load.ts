import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { EtcdCredential } from '../src/etcd/etcd-client.ts'

/** What writers felt. Times are Unix milliseconds. */
export interface WriteLog {
  readonly answersMs: readonly number[]
  readonly failures: readonly string[]
  readonly endedMs: number
}

export interface Pause {
  readonly lengthMs: number
  readonly beganMs: number
}

// The deadline that etcdctl has by default.
const putTimeoutMs = 5000

/** Puts to one key back to back, the next as soon as the previous was answered. */
export class WriteLoad {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /** Resolves once the first put was answered. */
  static async start(endpoints: readonly string[], credential: EtcdCredential): Promise<WriteLoad> {
    const workerData = { endpoints, timeoutMs: putTimeoutMs, ...credential }
    const worker = new Worker(new URL('./write-load-worker.ts', import.meta.url), { workerData })
    await once(worker, 'message')
    return new WriteLoad(worker)
  }

  async stop(): Promise<WriteLog> {
    const answer = once(this.#worker, 'message')
    this.#worker.postMessage('stop')
    const [log] = await answer
    await this.#worker.terminate()
    return log
  }
}

/** The longest time between two answers that ended after `sinceMs`. */
export function longestPause({ answersMs, endedMs }: WriteLog, sinceMs: number): Pause {
  const ends = [...answersMs, endedMs]
  const pauses = ends
    .slice(1)
    .map((end, index) => ({ lengthMs: end - (ends[index] ?? end), beganMs: ends[index] ?? end }))
  const late = pauses.filter(({ beganMs, lengthMs }) => beganMs + lengthMs >= sinceMs)
  return late.reduce((longest, pause) => (pause.lengthMs > longest.lengthMs ? pause : longest), {
    lengthMs: 0,
    beganMs: sinceMs,
  })
}
