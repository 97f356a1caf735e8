import { applyMemberRemoval } from '../../cluster/apply-member-removal.ts'
import { connectCluster, findAccess } from '../../cluster/cluster-access.ts'
import { etcdOperations } from '../../cluster/cluster-operations.ts'
import { type MemberRemovalPlan, planMemberRemoval } from '../../cluster/plan-member-removal.ts'
import { realTime } from '../../core/clock.ts'
import { asSignetError, SignetError } from '../../core/signet-error.ts'
import { isMemberName } from '../../protocol/names.ts'
import type { HostWorld } from '../../setup/host-world.ts'
import { applyRelease, readRelease } from '../../setup/joins/apply-release.ts'
import { formatRelease } from '../../setup/joins/format-joins.ts'
import { isNeeded } from '../../setup/joins/plan-release.ts'
import { hostAccess, isSigner } from '../../setup/joins/signer-host.ts'
import { type CommandStreams, printJson, sayOn } from '../command-streams.ts'
import type { MemberOptions } from './member.ts'

/** Removes a member where the rest keeps a quorum, and frees its name, or says what to type for that. */
export async function runMemberRemove(
  name: string,
  options: MemberOptions,
  streams: CommandStreams,
  world: HostWorld,
): Promise<void> {
  const { sandbox, dryRun, json } = options
  const plan = await remove(name, options, world)
  const say = sayOn(streams)
  const left = `${plan.votersLeft} vote then, ${plan.toleratedFailures} may fail`
  say(`${dryRun === true ? 'would remove' : 'removed'} ${plan.label}; ${left}`)
  // A sandbox keeps no names: it ends with its cluster.
  const isReleased = sandbox === undefined && (await release(plan, { world, say, isDryRun: dryRun === true }))
  if (json !== true) return
  const { votersLeft, toleratedFailures } = plan
  printJson(streams, { id: plan.id.toString(16), votersLeft, toleratedFailures, isReleased })
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

interface Releasing {
  readonly world: HostWorld
  readonly say: (line: string) => void
  readonly isDryRun: boolean
}

// Without it a host that takes the name at another address gets the short lifetime only, until the old certificate expires.
async function release({ name }: MemberRemovalPlan, { world, say, isDryRun }: Releasing): Promise<boolean> {
  if (!isMemberName(name)) return false
  const command = `signet joins release ${name}`
  if (!isSigner(world) || !world.isRoot) {
    say(`its name is still held by its address; to free it, on the signer: ${command}`)
    return false
  }
  // As long as etcd lists it nothing can be said of its name.
  if (isDryRun) return false
  try {
    const plan = await readRelease(world, name)
    if (isNeeded(plan)) await applyRelease(world, plan)
    for (const line of formatRelease(plan, false)) say(line)
    return isNeeded(plan)
  } catch (error) {
    const { code, message } = asSignetError(error)
    throw new SignetError(code, `${name} is removed, but its name was not freed: ${message}`, {
      hint: command,
      cause: error,
    })
  }
}
