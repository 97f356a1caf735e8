import { memberAddresses } from '../../cluster/member-addresses.ts'
import { isOfName, type MemberPair } from '../../cluster/member-pair.ts'
import { maxListedMembers } from '../../core/member-name.ts'
import { quoteUntrusted } from '../../core/quote-untrusted.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { Member } from '../../etcd/member.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import { isMemberName } from '../../protocol/names.ts'

/** What ends when a member's name is released. */
export interface ReleasePlan {
  readonly name: string
  /** Who holds the name by the journal, or has it reserved; a line there ends that. */
  readonly held: MemberPair | undefined
  /** The pair that leaves `signet.yaml`: it would go on to get a member's lifetime. */
  readonly pair: MemberPair | undefined
  /** Who keeps the name, since etcd lists it there. */
  readonly member: MemberPair | undefined
  /** Whether etcd could be asked for its members. */
  readonly isListKnown: boolean
}

type Known = Pick<AuthorityMembers, 'holders' | 'reserved'>

/** What is known of members; undefined where the authority, or etcd, does not answer. */
export interface ReleaseFacts {
  readonly known: Known | undefined
  readonly configured: readonly MemberPair[]
  readonly listed: readonly Member[] | undefined
}

/** Decides what ends for a name. What etcd lists stays: that member renews by it, and would be locked out. Throws `usage`. */
export function planRelease(name: string, { known, configured, listed }: ReleaseFacts): ReleasePlan {
  if (!isMemberName(name)) {
    throw new SignetError('usage', `${quoteUntrusted(name)} is no member's name`, {
      hint: 'see them: signet joins status',
    })
  }
  const isMember = ({ address }: MemberPair): boolean =>
    listed?.some((member) => isOfName(name)(member) && memberAddresses(member).includes(address)) === true
  const pairs = configured.filter(isOfName(name))
  const held = known === undefined ? [unknown(name)] : findHeld(name, known)
  // A line ends all that a name has. Who holds a member's name must not lose it along with somebody's reservation, which
  // keeps nothing from him.
  const keeper = known?.holders.find(isOfName(name))
  const isKept = keeper !== undefined && isMember(keeper)
  return {
    name,
    held: isKept ? undefined : held.find((pair) => !isMember(pair)),
    pair: pairs.find((pair) => !isMember(pair)),
    member: [...held, ...pairs].find(isMember),
    isListKnown: listed !== undefined,
  }
}

function findHeld(name: string, { holders, reserved }: Known): readonly MemberPair[] {
  const found = [...holders, ...reserved].filter(isOfName(name))
  // The authority tells no more than so many of each, the oldest first: a crowd of reservations must not hide one.
  const isCut = holders.length >= maxListedMembers || reserved.length >= maxListedMembers
  return found.length === 0 && isCut ? [unknown(name)] : found
}

// Where it is not known whether anybody has the name the line is written in any case: it does no harm.
function unknown(name: string): MemberPair {
  return { name, address: '' }
}

/** Refuses a release that would end nothing, since a member of the cluster has the name. Throws `refused`. */
export function refuseMember(plan: ReleasePlan): void {
  const { name, member } = plan
  if (member === undefined || isNeeded(plan)) return
  throw new SignetError('refused', `${name} at ${member.address} is a member of the cluster`, {
    hint: `take it out first: signet member remove ${name}`,
  })
}

/** Whether there is anything to end. */
export function isNeeded({ held, pair }: ReleasePlan): boolean {
  return held !== undefined || pair !== undefined
}
