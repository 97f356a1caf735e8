import { formatMemberId, memberLabel } from '../../../cluster/cluster-view.ts'
import { SignetError } from '../../../core/signet-error.ts'
import type { Member } from '../../../etcd/member.ts'
import { refuseUnreadable } from '../../../etcd/unreadable-member.ts'

/**
 * The `--initial-cluster` of a joining member: exactly the members of etcd's own list, the unnamed joiner by its name.
 * etcd refuses to start where one is missing or too many. Throws `try-later` while another member is
 * unnamed, `configuration` where one cannot be read.
 */
export function formatInitialCluster(
  members: readonly Member[],
  own: { readonly id: bigint; readonly name: string },
): string {
  refuseUnreadable(members)
  const entries = members.flatMap((member) => {
    const name = member.id === own.id ? own.name : member.name
    if (name === '') {
      throw new SignetError('try-later', `${memberLabel(member)} has no name yet`, {
        hint: `start its etcd, or take it out: signet member remove ${formatMemberId(member.id)}`,
      })
    }
    return member.peerUrls.map((url) => `${name}=${url}`)
  })
  return entries.join(',')
}
