import { etcdsJson, formatEtcds } from '../../setup/etcd-binaries/format-etcds.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import type { SavedParts } from '../../setup/refound/refound-facts.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan, formatWarnings, type ToldPlan } from '../../setup/run/format-plan.ts'
import { formatFounded, foundedJson } from '../../setup/signer/format-founded.ts'
import { type Founded, type InitAnswers, initHost, readInitPlan } from '../../setup/signer/init-host.ts'
import type { InitPlan } from '../../setup/signer/plan-init.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `init`, as typed: of what is left of a lost cluster all or nothing. */
export interface InitOptions extends InitAnswers, Partial<SavedParts> {
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host the first member and the signer. */
export async function runInit(options: InitOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  const { json, dryRun, caKey, caCert, from, unsigned: _, ...answers } = options
  if (caKey !== undefined && caCert !== undefined && from !== undefined) {
    const { runInitFrom } = await import('./init-from.ts')
    return runInitFrom({ ...options, caKey, caCert, from }, streams, world)
  }
  if (dryRun === true) {
    streams.stdout.write(formatPlan(tell(await readInitPlan(answers, world)), json))
    return
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const plan = await readInitPlan(answers, world)
    for (const line of formatWarnings(plan.warnings)) say(line)
    const run = {
      listener: listener(plan.steps.length),
      conclude: (founded: Founded) => {
        for (const line of formatFounded(founded, world)) say(line)
        if (json === true) streams.stdout.write(`${JSON.stringify(foundedJson(founded, world))}\n`)
      },
    }
    await initHost(plan, run, world)
  })
}

function tell({ facts, steps, warnings }: InitPlan): ToldPlan {
  const { own, settings, etcds } = facts
  const { name, address } = own
  const fields = { name, address, networks: settings.networks, etcds: etcdsJson(etcds) }
  return { lines: [...formatWarnings(warnings), ...formatEtcds(etcds)], fields, steps, warnings }
}
