import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatFounded, foundedJson } from '../../setup/signer/format-founded.ts'
import { type Founded, type InitAnswers, initHost, readInitPlan } from '../../setup/signer/init-host.ts'
import type { InitPlan } from '../../setup/signer/plan-init.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `init`, as typed. */
export interface InitOptions extends InitAnswers {
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host the first member and the leader. */
export async function runInit(options: InitOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  const { json, dryRun, ...answers } = options
  requireRoot(world)
  await requireOwnHost(world)
  if (dryRun === true) return printPlan(await readInitPlan(answers, world), options, streams)
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const plan = await readInitPlan(answers, world)
    for (const warning of plan.warnings) say(`warning: ${warning}`)
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

function printPlan({ facts, steps, warnings }: InitPlan, { json }: InitOptions, { stdout }: CommandStreams): void {
  const { name, address } = facts.own
  if (json === true) {
    stdout.write(`${JSON.stringify({ name, address, networks: facts.settings.networks, steps, warnings })}\n`)
    return
  }
  const lines = [...warnings.map((warning) => `warning: ${warning}`), ...steps.map(({ title }) => title)]
  stdout.write(`${lines.join('\n')}\n`)
}
