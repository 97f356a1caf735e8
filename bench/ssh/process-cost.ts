import { readdirSync, readFileSync } from 'node:fs'

// USER_HZ, which is 100 on every Linux that Node.js runs on.
const tickMs = 10
const pageBytes = 4096

interface Stat {
  readonly pid: number
  readonly parent: number
  readonly cpuMs: number
}

/** CPU time of these processes, of their children that ended, and of those that live. */
export function readCpuMs(pids: readonly number[]): number {
  return withChildren(pids).reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

/**
 * Resident memory of these processes and of their children: what each has for itself, and once, not once for each, the
 * program text and files that they share. Without that, a thousand relays would take thirty gigabytes.
 */
export function readMemoryBytes(pids: readonly number[]): number {
  const all = withChildren(pids).map(({ pid }) => readStatm(pid))
  const own = all.reduce((sum, { resident, shared }) => sum + resident - shared, 0)
  return own + Math.max(0, ...all.map(({ shared }) => shared))
}

function readStatm(pid: number): { readonly resident: number; readonly shared: number } {
  try {
    const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
    return { resident: resident * pageBytes, shared: shared * pageBytes }
  } catch {
    return { resident: 0, shared: 0 }
  }
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
    return [{ pid, parent: field(4), cpuMs }]
  } catch {
    return []
  }
}
