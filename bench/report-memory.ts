import { applyLoad } from './ssh/apply-load.ts'
import { withLineup } from './ssh/lineup.ts'
import { makeCsrs } from './ssh/make-material.ts'

const durationMs = 3_600_000

/** Sees whether memory stays flat over many requests. */
export async function reportMemory(print: (line: string) => void): Promise<void> {
  const maxCalls = Number(process.env['SIGNET_BENCH_CALLS'] ?? 100_000)
  const measured = await withLineup(['embedded'], async ({ entrants: [entrant] }) => {
    if (entrant === undefined) throw new Error('the embedded front does not start')
    const { contender, cpu } = entrant
    return applyLoad(contender, { clients: 64, durationMs, maxCalls, csrs: makeCsrs(), cpu })
  })
  const { answered, failed, memorySamples, perSecond } = measured
  const tenths = Array.from({ length: 10 }, (_, index) => meanMb(memorySamples, index))
  const growth = (tenths[9] ?? Number.NaN) / (tenths[1] ?? Number.NaN)
  const count = answered.toLocaleString('en')
  print(`## Memory over ${count} certificates, 64 clients, ${Math.round(perSecond)} a second\n`)
  print('Resident memory of authority and endpoint together, the mean of each tenth of that time in MB:')
  print(`${tenths.join(', ')}.\n`)
  print(`The last is ${growth.toFixed(2)} times the second (target: at most 1.1); ${failed} calls failed.\n`)
}

function meanMb(samples: readonly number[], tenth: number): number {
  const size = samples.length / 10
  const part = samples.slice(Math.floor(tenth * size), Math.floor((tenth + 1) * size))
  return Math.round(part.reduce((sum, bytes) => sum + bytes, 0) / part.length / 1e6)
}
