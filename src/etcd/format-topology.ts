import { SignetError } from '../core/signet-error.ts'
import type { Member } from './member.ts'
import { refuseUnreadable } from './unreadable-member.ts'

/** Client URLs of started voting members, one a line: what `get-peers` answers. Learners answer no client. */
export function formatPeers(members: readonly Member[]): string {
  const voters = members.filter(({ isStarted, isLearner }) => isStarted && !isLearner)
  return voters.flatMap(({ clientUrls }) => clientUrls.map((url) => `${url}\n`)).join('')
}

/**
 * `name=peerURL,name=peerURL` as etcd's `--initial-cluster` wants it, a member with two URLs standing there twice.
 * Throws `try-later` while a member has not started, since etcd does not know its name, and `configuration` where one
 * cannot be read: a list without it would keep the joiner's etcd from starting, far from the cause.
 */
export function formatTopology(members: readonly Member[]): string {
  refuseUnreadable(members)
  const unstarted = members.find(({ isStarted }) => !isStarted)
  if (unstarted !== undefined) {
    throw new SignetError('try-later', `the member at ${unstarted.peerUrls.join(', ')} has not started yet`, {
      hint: `start its etcd, or take it out, on a member: signet member remove ${unstarted.id.toString(16)}`,
    })
  }
  return members.flatMap(({ name, peerUrls }) => peerUrls.map((url) => `${name}=${url}`)).join(',')
}
