import { formatServersFlag } from '../../client/apiserver/compare-servers.ts'
import { applyMemberRemoval } from '../../cluster/apply-member-removal.ts'
import { connectCluster, findAccess } from '../../cluster/cluster-access.ts'
import { etcdOperations } from '../../cluster/cluster-operations.ts'
import { type MemberRemovalPlan, planMemberRemoval } from '../../cluster/plan-member-removal.ts'
import { realTime } from '../../core/clock.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { releaseRemoved } from '../../setup/joins/release-removed.ts'
import { hostAccess } from '../../setup/joins/signer-host.ts'
import { adviseMasters, readKnownMasters } from '../../setup/tell-masters.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'
import type { MemberOptions } from './member.ts'

/** Removes a member where the rest keeps a quorum, and frees its name, or says what to type for that. */
export async function runMemberRemove(
  name: string,
  options: MemberOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  const { sandbox, json } = options
  const isDryRun = options.dryRun === true
  const plan = await remove(name, options, world)
  const { votersLeft, toleratedFailures } = plan
  const say = sayOn(streams)
  say(`${isDryRun ? 'would remove' : 'removed'} ${plan.label}; ${votersLeft} vote then, ${toleratedFailures} may fail`)
  // A sandbox keeps no names: it ends with its cluster.
  const isReleased = sandbox === undefined && (await releaseRemoved(plan.name, { world, say, isDryRun }))
  const etcdServers = formatServersFlag(plan.clientUrlsLeft)
  // A sandbox has no masters, and a dry run no news for them.
  if (sandbox === undefined && !isDryRun) {
    const masters = await readKnownMasters(world)
    for (const line of adviseMasters({ flag: etcdServers, masters, nowMs: world.clock.now() })) say(line)
  }
  if (json === true)
    printJson(streams, { id: plan.id.toString(16), votersLeft, toleratedFailures, isReleased, etcdServers })
}

async function remove(name: string, { sandbox, dryRun }: MemberOptions, world: HostWorld): Promise<MemberRemovalPlan> {
  const access = sandbox === undefined ? hostAccess(world) : findAccess(sandbox)
  const cluster = etcdOperations(await connectCluster(access))
  try {
    const plan = planMemberRemoval(await cluster.readView(), name)
    if (dryRun !== true) await applyMemberRemoval(plan, cluster, realTime)
    return plan
  } finally {
    cluster.close()
  }
}
