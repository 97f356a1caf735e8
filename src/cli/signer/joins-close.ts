import type { HostWorld } from '../../setup/host-world.ts'
import { closeJoins, readClosePlan } from '../../setup/joins/close-joins.ts'
import { confirm } from '../../setup/joins/confirm.ts'
import { formatClosePlan } from '../../setup/joins/format-joins.ts'
import { requireSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'

/** What an operator may say to `joins close`, as typed. */
export interface JoinsCloseOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Writes the members of this moment into `signet.yaml`, and gives no other host a member's certificate from then on. */
export async function runJoinsClose(
  { yes, dryRun, json }: JoinsCloseOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  await requireSigner(world)
  const { plan, isNeeded } = await readClosePlan(world)
  const say = sayOn(streams)
  for (const line of formatClosePlan(plan)) say(line)
  if (dryRun !== true && isNeeded)
    await confirm({ question: 'Close joins?', command: 'signet joins close', yes }, world)
  const isChanged = dryRun !== true && (await closeJoins(plan, world))
  if (dryRun !== true) say(isChanged ? 'joins are closed' : 'joins were closed already')
  if (json === true) printJson(streams, { isChanged, members: plan.rows, unlisted: plan.unlisted })
}
