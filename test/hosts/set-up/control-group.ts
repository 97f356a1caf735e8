import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import process from 'node:process'

const prefix = 'signet-hosts-'

/**
 * Hierarchies in which a host gets a group of its own. Two hosts in one group would take each other's services for their
 * own. The second and third are those of a machine that still has version 1 of control groups.
 */
const hierarchies = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'].filter((directory) =>
  existsSync(`${directory}/cgroup.procs`),
)

/** The group of a run; its hosts' groups are in it. */
export function groupName(runId: string): string {
  return `${prefix}${runId}`
}

/** Runs that have groups. */
export function listRunGroups(): readonly string[] {
  const names = hierarchies.flatMap((hierarchy) => readdirSync(hierarchy))
  return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}

/** Makes a group; answers with the files that take the number of a process that is to be in it. */
export function makeGroup(name: string): readonly string[] {
  return hierarchies.map((hierarchy) => {
    mkdirSync(`${hierarchy}/${name}`, { recursive: true })
    return `${hierarchy}/${name}/cgroup.procs`
  })
}

/** Kills every process of a group and of those in it. */
export function endGroup(name: string): void {
  for (const directory of hierarchies.flatMap((hierarchy) => subgroups(`${hierarchy}/${name}`))) {
    for (const pid of readProcesses(directory)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself.
      }
    }
  }
}

/** Removes a group and those in it; false where a process is still in one. */
export function removeGroup(name: string): boolean {
  try {
    // The innermost first.
    for (const directory of hierarchies.flatMap((hierarchy) => subgroups(`${hierarchy}/${name}`).toReversed())) {
      rmdirSync(directory)
    }
    return true
  } catch {
    return false
  }
}

function subgroups(directory: string): readonly string[] {
  if (!existsSync(directory)) return []
  const entries = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return [directory, ...entries.flatMap(({ name }) => subgroups(`${directory}/${name}`))]
}

function readProcesses(directory: string): readonly number[] {
  try {
    const lines = readFileSync(`${directory}/cgroup.procs`, 'utf8').split('\n')
    // 0 is a process of another namespace, which cannot be named here.
    return lines.map(Number).filter((pid) => pid > 0)
  } catch {
    return []
  }
}
