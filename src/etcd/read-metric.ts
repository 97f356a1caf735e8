import { readText } from './read-text.ts'

const timeoutMs = 1000
// One of a few hundred metrics; all of them take some 100 kB.
const mostBytes = 4 * 1024 ** 2

/** A member's metric of this name that has no labels; undefined where it does not tell. */
export async function readMetric(metricsUrl: string, name: string): Promise<number | undefined> {
  const text = await readText(`${metricsUrl}/metrics`, { timeoutMs, mostBytes }).catch(() => '')
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  const value = Number(line?.slice(name.length + 1) ?? Number.NaN)
  return Number.isFinite(value) ? value : undefined
}
