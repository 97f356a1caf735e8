import { connectCluster, findAccess } from '../../cluster/cluster-access.ts'
import { etcdOperations } from '../../cluster/cluster-operations.ts'
import { formatMemberTable, listAlarmRows, listMemberRows } from '../../cluster/format-member-list.ts'
import type { CommandStreams } from '../command-streams.ts'

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
