import { readdirSync, readFileSync } from 'node:fs'

// USER_HZ, which is 100 on every Linux that Node.js runs on.
const tickMs = 10
const pageBytes = 4096

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly cpuMs: number
  readonly rssBytes: number
}

/** CPU time of these processes, of their children that ended, and of those that live. */
export function readCpuMs(pids: readonly number[]): number {
  return withChildren(pids).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

/** Resident memory of these processes and of their children; what they share is counted in each. */
export function readRssBytes(pids: readonly number[]): number {
  return withChildren(pids).reduce((sum, { rssBytes }) => sum + rssBytes, 0)
}

function withChildren(pids: readonly number[]): readonly Stat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((name) => readStat(Number(name)))
  const known = new Set(pids)
  // A parent may have a higher number than its child.
  for (let before = -1; before !== known.size; ) {
    before = known.size
    for (const { pid, parent } of all) if (known.has(parent)) known.add(pid)
  }
  return all.filter(({ pid }) => known.has(pid))
}

// Fields behind the name, which may hold blanks and brackets: proc(5).
function readStat(pid: number): Stat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (number: number): number => fields[number - 3] ?? 0
    // User and system, of its own and of children that it waited for.
    const cpuMs = (field(14) + field(15) + field(16) + field(17)) * tickMs
    return [{ pid, parent: field(4), cpuMs, rssBytes: field(24) * pageBytes }]
  } catch {
    return []
  }
}
