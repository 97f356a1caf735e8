import { applyMemberRemoval } from '../cluster/apply-member-removal.ts'
import { etcdOperations } from '../cluster/cluster-operations.ts'
import { formatMemberTable, listAlarmRows, listMemberRows } from '../cluster/format-member-list.ts'
import { planMemberRemoval } from '../cluster/plan-member-removal.ts'
import type { CommandStreams } from './client-setup.ts'
import { connectCluster, findAccess } from './cluster-access.ts'
import { realTime } from './join/join-host.ts'

export interface MemberOptions {
  readonly sandbox?: string
  readonly json?: true
  readonly dryRun?: true
}

/** Prints the members and how each sees itself. */
export async function runMemberList({ sandbox, json }: MemberOptions, { stdout }: CommandStreams): Promise<void> {
  const cluster = etcdOperations(await connectCluster(findAccess(sandbox)))
  try {
    const view = await cluster.readView()
    const [members, alarms] = [listMemberRows(view), listAlarmRows(view)]
    stdout.write(json === true ? `${JSON.stringify({ members, alarms })}\n` : formatMemberTable(members, alarms))
  } finally {
    cluster.close()
  }
}

/** Removes a member where the rest keeps a quorum. */
export async function runMemberRemove(name: string, options: MemberOptions, streams: CommandStreams): Promise<void> {
  const cluster = etcdOperations(await connectCluster(findAccess(options.sandbox)))
  try {
    const plan = planMemberRemoval(await cluster.readView(), name)
    const left = `${plan.votersLeft} vote then, ${plan.toleratedFailures} may fail`
    if (options.dryRun !== true) await applyMemberRemoval(plan, cluster, realTime)
    const done = options.dryRun === true ? 'would remove' : 'removed'
    streams.stderr.write(`signet: ${done} ${plan.label}; ${left}\n`)
    if (options.json === true) {
      const { votersLeft, toleratedFailures } = plan
      streams.stdout.write(`${JSON.stringify({ id: plan.id.toString(16), votersLeft, toleratedFailures })}\n`)
    }
  } finally {
    cluster.close()
  }
}
