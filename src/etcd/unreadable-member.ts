import { SignetError } from '../core/signet-error.ts'
import { type Member, maxReadMembers } from './list-members.ts'

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
  if (members.length < maxReadMembers) return
  throw new SignetError('configuration', `etcd lists ${maxReadMembers} members or more, and no more are read`, {
    hint: 'take out those that do not belong: signet member list, then signet member remove',
  })
}

/** The command that gives a member its right URL, for hints. */
export function correction(id: string): string {
  return `signet etcdctl -- member update ${id} --peer-urls=https://HOST:2380`
}

function unreadableMember(member: Member): SignetError {
  const id = member.id.toString(16)
  return new SignetError('configuration', `member ${id} is in the way: ${describeUnreadable(member)}`, {
    hint: `take it out: signet member remove ${id}; or correct it: ${correction(id)}`,
  })
}
