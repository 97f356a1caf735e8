import { median } from '../median.ts'
import { applyLoad, type Measured } from './apply-load.ts'
import type { ContenderName, Entrant } from './lineup.ts'
import { makeCsrs } from './make-material.ts'

export interface Plan {
  /** Clients at once. */
  readonly levels: readonly number[]
  readonly rounds: number
  /** For how long new calls begin, of each contender at each level in each round. */
  readonly durationMs: number
}

/** Medians over the rounds; calls and failures are summed. */
export interface Row {
  readonly name: ContenderName
  readonly title: string
  readonly clients: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMsPerAnswer: number
  readonly memoryBytes: number
  readonly answered: number
  readonly failed: number
  readonly failures: readonly string[]
}

const maxCalls = 20_000
const pauseMs = 300
const warmUp = { clients: 8, durationMs: 1500, maxCalls }

/** Calls each contender in turn at each level, round after round, so that a noisy machine is noisy for all. */
export async function measureSideBySide(entrants: readonly Entrant[], plan: Plan): Promise<readonly Row[]> {
  const csrs = makeCsrs()
  for (const { contender, cpu } of entrants) await applyLoad(contender, { ...warmUp, csrs, cpu })
  const samples = new Map<string, Measured[]>()
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const clients of plan.levels) {
      process.stderr.write(`round ${round + 1} of ${plan.rounds}, ${clients} clients\n`)
      for (const { name, contender, cpu } of entrants) {
        const measured = await applyLoad(contender, { clients, durationMs: plan.durationMs, maxCalls, csrs, cpu })
        const key = `${name} ${clients}`
        samples.set(key, [...(samples.get(key) ?? []), measured])
        // What a contender still tidies up is not to be the next one's burden.
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }
  return entrants.flatMap(({ name, contender: { title } }) =>
    plan.levels.map((clients) => summarise({ name, title, clients }, samples.get(`${name} ${clients}`) ?? [])),
  )
}

function summarise(what: Pick<Row, 'name' | 'title' | 'clients'>, samples: readonly Measured[]): Row {
  const middle = (read: (one: Measured) => number): number => median(samples.map(read))
  const sum = (read: (one: Measured) => number): number => samples.reduce((total, one) => total + read(one), 0)
  return {
    ...what,
    perSecond: middle(({ perSecond }) => perSecond),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    cpuMsPerAnswer: middle(({ cpuMsPerAnswer }) => cpuMsPerAnswer),
    memoryBytes: middle(({ memoryBytes }) => memoryBytes),
    answered: sum(({ answered }) => answered),
    failed: sum(({ failed }) => failed),
    failures: [...new Set(samples.flatMap(({ failures }) => Object.keys(failures)))],
  }
}
