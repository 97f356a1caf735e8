import type { HostOptions } from '../inspect/host-places.ts'
import type { InspectionWorld } from '../inspect/inspection-world.ts'
import { inspectHost } from '../inspect-host.ts'
import { type ShownHost, shownFacts } from '../inspected-host.ts'

/** What is read everywhere, and what a member reads besides. */
const ownFacts = ['pairs', 'isClockSynchronised', 'authority'] as const
const memberFacts = [...ownFacts, 'signer', 'joins', 'snapshots', 'recovery'] as const

/**
 * Reads what may be read every minute. A master asks nobody: a call a minute from each of 5,000 would take the signer all it has;
 * that nobody signs shows on members, and on the master itself when its renewal is overdue. A member asks the signer and, for
 * the page, the other members.
 */
export async function inspectQuietly(
  { asksMembers, ...options }: HostOptions & { readonly asksMembers: boolean },
  world: InspectionWorld,
): Promise<ShownHost> {
  const { pairs } = await inspectHost(['pairs'], options, world)
  const unread = { signer: undefined, cluster: undefined, joins: undefined, snapshots: undefined, recovery: undefined }
  if (!pairs.some(({ pair: { kind } }) => kind === 'member')) {
    return { ...unread, ...(await inspectHost(ownFacts, options, world)) }
  }
  if (!asksMembers) return { ...unread, ...(await inspectHost(memberFacts, options, world)) }
  return inspectHost(shownFacts, options, world)
}
