import { resolve } from 'node:path'
import { drillSnapshot } from '../../recovery/drill/drill-snapshot.ts'
import type { DrillWorld } from '../../recovery/drill/drill-world.ts'
import { formatDrill, formatDrillPlan } from '../../recovery/drill/format-drill.ts'
import { readDrillPlan, readRecordedPlan } from '../../recovery/drill/read-drill-plan.ts'
import { firstHost, sandboxHostLayout, sandboxLayout } from '../../sandbox/sandbox-layout.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'
import { createProgress } from './byte-progress.ts'

export interface SnapshotDrillOptions {
  readonly identity?: string
  readonly sandbox?: string
  readonly dryRun?: true
  readonly json?: true
}

/** Tries a snapshot, and says what came of it. */
export async function runSnapshotDrill(
  file: string | undefined,
  { identity, sandbox, dryRun, json }: SnapshotDrillOptions,
  streams: CommandStreams,
  host: HostWorld,
): Promise<void> {
  const own: DrillWorld = { ...host, searchPath: process.env['PATH'] }
  const world = sandbox === undefined ? own : inSandbox(resolve(sandbox), own)
  const plan = await (dryRun === true ? readDrillPlan : readRecordedPlan)({ file, identity }, world)
  const say = sayOn(streams)
  for (const line of formatDrillPlan(plan)) say(line)
  if (dryRun === true) return
  const progress = createProgress('restoring', streams, world.clock)
  const audience = { say, onProgress: progress.show }
  const receipt = await drillSnapshot(plan, audience, world).finally(progress.clear)
  if (json === true) printJson(streams, receipt)
  else streams.stdout.write(formatDrill(receipt))
}

/** As its first host, which whoever started the sandbox runs. */
function inSandbox(directory: string, host: DrillWorld): DrillWorld {
  const layout = sandboxHostLayout(sandboxLayout(directory), firstHost)
  const snapshots = resolve(directory, 'snapshots')
  const own = { ...layout, snapshots, snapshotStates: resolve(snapshots, '.state') }
  return { ...host, layout: own, guardProgram: async () => {}, readOwner: async () => undefined }
}
