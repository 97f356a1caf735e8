import type { HostWorld } from '../../setup/host-world.ts'
import { applyRelease, readRelease } from '../../setup/joins/apply-release.ts'
import { formatRelease } from '../../setup/joins/format-joins.ts'
import { isNeeded, refuseMember } from '../../setup/joins/plan-release.ts'
import { requireSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'

/** What an operator may say to `joins release`, as typed. */
export interface JoinsReleaseOptions {
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** Ends who holds a member's name, so that a new host may take it at another address. */
export async function runJoinsRelease(
  name: string,
  options: JoinsReleaseOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  await requireSigner(world)
  const plan = await readRelease(world, name)
  refuseMember(plan)
  const isReleased = isNeeded(plan) && options.dryRun !== true
  if (isReleased) await applyRelease(world, plan)
  formatRelease(plan, options.dryRun === true).forEach(sayOn(streams))
  if (options.json === true) printJson(streams, { name, isReleased, pair: plan.pair ?? null })
}
