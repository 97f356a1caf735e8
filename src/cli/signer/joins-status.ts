import { areJoinsOpen } from '../../core/joins-window.ts'
import { asSignetError } from '../../core/signet-error.ts'
import { describeJoins } from '../../diagnosis/describe-joins.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { formatPairs } from '../../setup/joins/format-joins.ts'
import { listPairs } from '../../setup/joins/list-pairs.ts'
import { readKnownMembers, readListedMembers, requireSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, printJson, printLines, warnOn } from '../command-streams.ts'

/** What an operator may say to `joins status`, as typed. */
export interface JoinsStatusOptions {
  readonly json?: boolean
}

/** Prints whether joins are open, and who holds which member's name, by `signet.yaml`, the journal and etcd. */
export async function runJoinsStatus(
  { json }: JoinsStatusOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  await requireSigner(world)
  const known = await readKnownMembers(world)
  const listed = await readListedMembers(world, { needsQuorum: false }).catch((error: unknown) => {
    warnOn(streams)(`etcd was not asked: ${asSignetError(error).message}`)
    return []
  })
  const rows = listPairs(known, listed)
  const nowMs = world.clock.now()
  const { joins } = known
  if (json === true) printJson(streams, { joins, areOpen: areJoinsOpen(joins, nowMs), members: rows })
  else printLines(streams, [describeJoins(joins, nowMs), ...formatPairs(rows)])
}
