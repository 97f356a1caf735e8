import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Contender } from './contender.ts'
import type { CpuAccount } from './cpu-account.ts'
import type { LoadPlan, LoadResult } from './load-plan.ts'
import { readMemoryBytes } from './process-cost.ts'

export interface Load extends Pick<LoadPlan, 'durationMs' | 'maxCalls' | 'csrs'> {
  readonly clients: number
  readonly cpu: CpuAccount
}

export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly answered: number
  readonly failed: number
  readonly failures: Readonly<Record<string, number>>
  readonly cpuMsPerAnswer: number
  /** The most that was seen. */
  readonly memoryBytes: number
  /** Resident memory, every now and then from the beginning to the end. */
  readonly memorySamples: readonly number[]
}

const workerFile = join(import.meta.dirname, 'load-worker.ts')
const maxWorkers = 2
const sampleMs = 500

/** Calls a contender with so many clients at once, from few processes, and reads what that cost it. */
export async function applyLoad(contender: Contender, load: Load): Promise<Measured> {
  const { pids } = contender
  const memorySamples: number[] = []
  const sample = (): unknown => memorySamples.push(readMemoryBytes(pids))
  const sampler = setInterval(sample, sampleMs)
  const cpuBeforeMs = load.cpu.readMs()
  const startedMs = performance.now()
  const results = await Promise.all(plansFor(contender, load).map(runWorker))
  const seconds = (performance.now() - startedMs) / 1000
  clearInterval(sampler)
  sample()
  const latencies = results.flatMap(({ latenciesMs }) => latenciesMs).toSorted((one, other) => one - other)
  return {
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    answered: latencies.length,
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
    failures: Object.assign({}, ...results.map(({ failures }) => failures)),
    cpuMsPerAnswer: (load.cpu.readMs() - cpuBeforeMs) / latencies.length,
    memoryBytes: Math.max(...memorySamples),
    memorySamples,
  }
}

function plansFor(contender: Contender, { clients, maxCalls, durationMs, csrs }: Load): LoadPlan[] {
  const { port, reach, expected } = contender
  const workers = Math.min(maxWorkers, clients)
  return Array.from({ length: workers }, () => {
    const share = { clients: Math.ceil(clients / workers), maxCalls: Math.ceil(maxCalls / workers) }
    return { port, reach, durationMs, csrs, expected, ...share }
  })
}

function runWorker(plan: LoadPlan): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const child = fork(workerFile, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.once('message', (result: LoadResult) => resolve(result))
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`a worker ended with ${status}`)))
    child.send(plan)
  })
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
