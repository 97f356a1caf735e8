import { median } from './median.ts'

/** How often something was done, by the wall clock and by the CPU time of this process; medians over all rounds. */
export interface Rate {
  readonly perSecond: number
  readonly perCpuSecond: number
}

const rounds = 9
const roundMs = 700

interface Sample {
  readonly perSecond: number
  readonly perCpuSecond: number
}

/** Measures several pieces of work side by side: in every round each in turn, so that a noisy machine is noisy for all. */
export function measureRates(works: readonly ((turn: number) => void)[]): readonly Rate[] {
  for (const work of works) runFor(work, roundMs)
  const samples = works.map((): Sample[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) samples[index]?.push(runFor(work, roundMs))
  }
  return samples.map((taken) => ({
    perSecond: median(taken.map(({ perSecond }) => perSecond)),
    perCpuSecond: median(taken.map(({ perCpuSecond }) => perCpuSecond)),
  }))
}

function runFor(work: (turn: number) => void, durationMs: number): Sample {
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  let turns = 0
  while (performance.now() - startedMs < durationMs) {
    work(turns)
    turns += 1
  }
  const seconds = (performance.now() - startedMs) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: turns / seconds, perCpuSecond: turns / ((user + system) / 1e6) }
}
