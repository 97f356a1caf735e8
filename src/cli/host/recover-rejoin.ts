import type { HostWorld } from '../../setup/host-world.ts'
import { requireRoot } from '../../setup/host-world.ts'
import { aloneInRecovery } from '../../setup/recover/recover-host.ts'
import { formatRejoined, tellRejoin } from '../../setup/rejoin/format-rejoined.ts'
import type { RejoinAnswers } from '../../setup/rejoin/rejoin-facts.ts'
import { type Rejoined, readRejoinPlan, rejoinHost } from '../../setup/rejoin/rejoin-host.ts'
import { renewExpired } from '../../setup/rejoin/renew-expired.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan } from '../../setup/run/format-plan.ts'
import { adviseMasters, readKnownMasters } from '../../setup/tell-masters.ts'
import { type CommandStreams, printJson } from '../command-streams.ts'
import { recoveryParts } from './recovery-parts.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `recover --rejoin`, as typed. */
export interface RejoinOptions extends RejoinAnswers {
  readonly rejoin?: true
  readonly json?: true
  readonly dryRun?: true
}

/** Brings this member into the cluster that was recovered on another. */
export async function runRejoin(
  { cluster, at, json, dryRun }: RejoinOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  requireRoot(world)
  await requireOwnHost(world)
  const answers = { cluster, at }
  const parts = recoveryParts(world)
  if (dryRun === true) {
    return void streams.stdout.write(formatPlan(tellRejoin(await readRejoinPlan(answers, world, parts)), json))
  }
  await withSetupLog(world, streams, ({ say, listener }) =>
    aloneInRecovery(world, async () => {
      await renewExpired(world, (text) => say(`warning: ${text}`))
      const plan = await readRejoinPlan(answers, world, parts)
      // The journal is known where this is the signer, and asked before anything is done.
      const masters = await readKnownMasters(world)
      const conclude = (rejoined: Rejoined): void => {
        for (const line of formatRejoined(rejoined)) say(line)
        for (const line of adviseMasters({ flag: rejoined.etcdServers, masters, nowMs: world.clock.now() })) say(line)
        if (json === true) printJson(streams, rejoined)
      }
      await rejoinHost(plan, { listener: listener(plan.steps.length), conclude }, world)
    }),
  )
}
