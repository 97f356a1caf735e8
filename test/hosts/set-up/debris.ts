import { existsSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { endGroup, groupName, listRunGroups, removeGroup } from './control-group.ts'
import { places } from './places.ts'
import { isRunning } from './run-id.ts'

/** Removes what runs have left that were killed. Those that are at work are left alone. */
export async function removeDebris(): Promise<void> {
  const runs = existsSync(places.runs) ? readdirSync(places.runs) : []
  const dead = new Set([...runs, ...listRunGroups()].filter((runId) => !isRunning(runId)))
  for (const runId of dead) await removeRun(runId)
}

/** Removes what a run has left on this machine, and ends what may still run of it. */
export async function removeRun(runId: string): Promise<void> {
  endGroup(groupName(runId))
  // Processes that were killed take a moment to leave their groups, and file systems to let go of their disks.
  for (let attempt = 0; !removeGroup(groupName(runId)) && attempt < 50; attempt += 1) await delay(100)
  rmSync(`${places.runs}/${runId}`, { recursive: true, force: true })
}
