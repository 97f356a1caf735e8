import { findRestoreTool } from '../../recovery/restore/find-restore-tool.ts'
import { restoreSnapshot } from '../../recovery/restore/restore-snapshot.ts'
import { verifySnapshot } from '../../recovery/verify-snapshot.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import type { SnapshotMeans } from '../../setup/refound/founding-snapshot.ts'
import type { RefoundPlan } from '../../setup/refound/plan-refound.ts'
import type { SavedParts } from '../../setup/refound/refound-facts.ts'
import { readRefoundPlan, refoundHost } from '../../setup/refound/refound-host.ts'
import { formatRefounded, type Refounded, refoundedJson, tellLoss } from '../../setup/refound/refounded.ts'
import { formatPlan, formatWarnings } from '../../setup/run/format-plan.ts'
import type { InitAnswers } from '../../setup/signer/init-host.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `init --from`, as typed. */
export interface InitFromOptions extends InitAnswers, SavedParts {
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host the first member and the signer of a cluster of which a snapshot and the CA key are left. */
export async function runInitFrom(options: InitFromOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  const { json, dryRun, caKey, caCert, from, unsigned, ...answers } = options
  const parts = { caKey, caCert, from, unsigned: unsigned === true }
  const handed = { world, means: snapshotMeans(world) }
  if (dryRun === true) {
    streams.stdout.write(formatPlan(tell(await readRefoundPlan(answers, parts, handed)), json))
    return
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const plan = await readRefoundPlan(answers, parts, handed)
    for (const line of [...formatWarnings(plan.warnings), ...tellLoss(plan.facts)]) say(line)
    const conclude = (refounded: Refounded): void => {
      for (const line of formatRefounded(refounded, world)) say(line)
      if (json === true) printJson(streams, refoundedJson(refounded, world))
    }
    await refoundHost(plan, { listener: listener(plan.steps.length), conclude }, handed)
  })
}

/** This room alone may hand the one that keeps snapshots to the one that sets hosts up. */
function snapshotMeans(world: HostWorld): SnapshotMeans {
  return {
    verify: (file, caFile) => verifySnapshot(file, world.files, caFile),
    findTool: (etcdBinaries) =>
      findRestoreTool({ ...world, layout: { ...world.layout, etcdBinaries } }, { mustBump: true }),
    restore: (request) => restoreSnapshot(request, world),
  }
}

function tell({ facts, steps, warnings }: RefoundPlan) {
  const { own, settings, snapshot } = facts
  const { name, address } = own
  const { networks, members } = settings
  const fields = { name, address, networks, members, snapshot }
  return { lines: [...formatWarnings(warnings), ...tellLoss(facts)], fields, steps, warnings }
}
