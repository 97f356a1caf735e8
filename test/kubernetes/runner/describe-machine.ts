import { cpus, loadavg, release } from 'node:os'

/** Where and when, for whoever reads the figures: they are of this machine, and of its load. */
export function describeMachine(): string {
  const [cpu] = cpus()
  const date = new Date().toISOString().slice(0, 10)
  const load = loadavg()[0]?.toFixed(1)
  return `${date}, ${cpus().length} × ${cpu?.model.trim()}, Linux ${release()}; load ${load} before it began`
}
