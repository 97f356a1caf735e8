import { maxListedMembers } from '../core/member-name.ts'
import { SignetError } from '../core/signet-error.ts'
import type { Member } from './member.ts'

/** What of a member does not fit our grammar, in words; undefined where everything does. */
export function describeUnreadable({ unreadable }: Member): string | undefined {
  const [first] = unreadable ?? []
  if (first === undefined) return undefined
  if (first.kind === 'number of URLs') return `etcd lists it with ${first.quoted} URLs`
  return `etcd lists it with the ${first.kind} ${first.quoted}`
}

/**
 * Refuses a list that cannot be repeated whole: a member that joins must name exactly the members that there are, or its
 * etcd does not start ("member count is unequal"). Throws `configuration` and names the member that is in the way.
 */
export function refuseUnreadable(members: readonly Member[]): void {
  const odd = members.find(({ unreadable }) => unreadable !== undefined)
  if (odd !== undefined) throw unreadableMember(odd)
  if (members.length < maxListedMembers) return
  throw new SignetError('configuration', `etcd lists ${maxListedMembers} members or more, and no more are read`, {
    hint: 'take out those that do not belong: signet member list; then: signet member remove ID',
  })
}

/** What to type about a member that cannot be read. */
export function remedyForUnreadable({ id, unreadable = [] }: Member): string {
  const hex = id.toString(16)
  const removal = `signet member remove ${hex}`
  if (unreadable.every(({ kind }) => kind === 'name')) {
    return `restart it with a --name of A-Z a-z 0-9 - _, at most 52 long; or take it out: ${removal}`
  }
  return `take it out: ${removal}; or correct it: signet etcdctl -- member update ${hex} --peer-urls=https://HOST:2380`
}

function unreadableMember(member: Member): SignetError {
  const message = `member ${member.id.toString(16)} is in the way: ${describeUnreadable(member)}`
  return new SignetError('configuration', message, { hint: remedyForUnreadable(member) })
}
