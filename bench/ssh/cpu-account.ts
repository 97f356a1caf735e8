import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCpuMs } from './process-cost.ts'

const legacyRoot = '/sys/fs/cgroup/cpuacct'
const unifiedRoot = '/sys/fs/cgroup'

/**
 * CPU time of processes and of all that they start: by a control group where one can be made, since /proc loses the
 * time of children whom nobody waited for, with sshd three quarters of all.
 */
export class CpuAccount {
  readonly #pids: readonly number[]
  readonly #group: string | undefined

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.#group = openGroup(pids)
  }

  readMs(): number {
    if (this.#group === undefined) return readCpuMs(this.#pids)
    const legacy = join(this.#group, 'cpuacct.usage')
    if (existsSync(legacy)) return Number(readFileSync(legacy, 'utf8')) / 1e6
    return Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(this.#group, 'cpu.stat'), 'utf8'))?.[1]) / 1e3
  }

  /** To be called once the processes have ended. */
  close(): void {
    try {
      if (this.#group !== undefined) rmdirSync(this.#group)
    } catch {
      // Some grandchild is still about; an empty group costs nothing.
    }
  }
}

function openGroup(pids: readonly number[]): string | undefined {
  const group = join(existsSync(legacyRoot) ? legacyRoot : unifiedRoot, `signet-bench-${process.pid}-${pids[0]}`)
  try {
    mkdirSync(group)
    for (const pid of pids) writeFileSync(join(group, 'cgroup.procs'), `${pid}`)
    return group
  } catch {
    return undefined
  }
}
