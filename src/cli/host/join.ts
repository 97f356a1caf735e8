import { etcdsJson, formatEtcds } from '../../setup/etcd-binaries/format-etcds.ts'
import { type HostWorld, requireRoot } from '../../setup/host-world.ts'
import { formatReceipt } from '../../setup/join/format-receipt.ts'
import { type JoinAnswers, joinHost, readJoinPlan } from '../../setup/join/join-host.ts'
import type { JoinReceipt } from '../../setup/join/join-receipt.ts'
import type { JoinPlan } from '../../setup/join/plan-join.ts'
import { requireOwnHost } from '../../setup/require-own-host.ts'
import { formatPlan, type ToldPlan } from '../../setup/run/format-plan.ts'
import { adviseMasters } from '../../setup/tell-masters.ts'
import type { CommandStreams } from '../command-streams.ts'
import { withSetupLog } from './setup-streams.ts'

/** What an operator may say to `join`, as typed. */
export interface JoinOptions extends JoinAnswers {
  readonly json?: boolean
  readonly dryRun?: boolean
}

/** Makes this host a member of the cluster that the signer knows. */
export async function runJoin(options: JoinOptions, streams: CommandStreams, world: HostWorld): Promise<void> {
  const { json, dryRun, ...answers } = options
  requireRoot(world)
  await requireOwnHost(world)
  if (dryRun === true) {
    streams.stdout.write(formatPlan(tell(await readJoinPlan(answers, withoutMemory(world))), json))
    return
  }
  await withSetupLog(world, streams, async ({ say, listener }) => {
    const plan = await readJoinPlan(answers, world)
    const { expectedPin, status } = plan.facts
    if (expectedPin === undefined) say(`trusting the CA that answers first; compare: ${status.pin}`)
    const audience = {
      listener: listener(plan.steps.length),
      onWarning: (text: string) => say(`warning: ${text}`),
      conclude: (joined: JoinReceipt) => {
        for (const line of formatReceipt(joined).trimEnd().split('\n')) say(line.trimStart())
        // Only the signer's journal knows which there are.
        for (const line of adviseMasters({ flag: joined.etcdServers, nowMs: world.clock.now() })) say(line)
        if (json === true) streams.stdout.write(`${JSON.stringify(joined)}\n`)
      },
    }
    await joinHost(plan, audience, world)
  })
}

// A dry run leaves nothing behind, the host key neither.
function withoutMemory(world: HostWorld): HostWorld {
  return { ...world, layout: { ...world.layout, knownHosts: '/dev/null' } }
}

function tell({ facts, steps }: JoinPlan): ToldPlan {
  const { own, signer, status, etcds } = facts
  const { name, address } = own
  const { pin } = status
  const fields = { name, address, signer: signer.address, pin, etcds: etcdsJson(etcds) }
  return { lines: [`CA ${pin}`, ...formatEtcds(etcds)], fields, steps }
}
