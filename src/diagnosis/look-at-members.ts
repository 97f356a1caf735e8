import { connectCluster, findAccess } from '../cluster/cluster-access.ts'
import { listAlarmRows, listMemberRows } from '../cluster/format-member-list.ts'
import { readCluster } from '../cluster/read-cluster.ts'
import type { InspectionWorld } from './inspect/inspection-world.ts'
import { formatMemberList } from './screen/member-tables.ts'
import { openScreen } from './screen/screen.ts'

// Of the time of a look: for the list from one member's memory, and what is kept for asking each member.
const listTimeoutMs = 2000
const statusTimeoutMs = 2000
const keptForStatusMs = 500

/** Which cluster is asked, and how it is shown. */
export interface MemberListOptions {
  readonly sandbox?: string
  readonly json?: boolean
}

/** What `member list` prints: the members as a quorum sees them, and how each sees itself. */
export async function lookAtMembers(
  { sandbox, json }: MemberListOptions,
  { stdout }: { readonly stdout: NodeJS.WritableStream },
  { remainingMs, waits }: Pick<InspectionWorld, 'remainingMs' | 'waits'>,
): Promise<string> {
  waits?.began('etcd')
  const timeoutMs = () => Math.max(1, Math.min(listTimeoutMs, remainingMs() - keptForStatusMs))
  const client = await connectCluster(findAccess(sandbox), timeoutMs)
  try {
    const limits = { statusTimeoutMs: () => Math.min(statusTimeoutMs, remainingMs()), asksAllAtOnce: true }
    const view = await readCluster(client, limits)
    const [members, alarms] = [listMemberRows(view), listAlarmRows(view)]
    if (json === true) return `${JSON.stringify({ members, alarms })}\n`
    return formatMemberList(members, alarms, openScreen(stdout, false))
  } finally {
    client.close()
  }
}
