import { parseDurationSeconds } from '../../core/duration.ts'
import { describeJoins } from '../../diagnosis/describe-joins.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { openJoins } from '../../setup/joins/open-joins.ts'
import { requireSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'

/** What an operator may say to `joins open`, as typed. */
export interface JoinsOpenOptions {
  /** After which time they are closed again, such as `1h`. */
  readonly for?: string
  readonly json?: boolean
}

/** Lets any host of the control-plane network join, for good or for a time. */
export async function runJoinsOpen(
  options: JoinsOpenOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  await requireSigner(world)
  const nowMs = world.clock.now()
  const seconds = options.for === undefined ? undefined : parseDurationSeconds(options.for, '--for')
  const { joins, isChanged } = await openJoins(world, seconds)
  sayOn(streams)(
    `${describeJoins(joins, nowMs)}; once the new member votes, to list it and close them: signet joins close`,
  )
  if (options.json === true) printJson(streams, { isChanged, joins })
}
