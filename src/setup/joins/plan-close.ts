import { memberAddresses } from '../../cluster/member-addresses.ts'
import { isOfName, type MemberPair } from '../../cluster/member-pair.ts'
import { compareNames, maxListedMembers } from '../../core/member-name.ts'
import type { Member } from '../../etcd/member.ts'
import { describeUnreadable } from '../../etcd/unreadable-member.ts'
import { isMemberName } from '../../protocol/names.ts'

/** What the authority knows of members, as far as closing joins needs it. */
export interface KnownMembers {
  readonly configured: readonly MemberPair[]
  readonly holders: readonly (MemberPair & { readonly since: string })[]
}

/** A member of etcd's list, and whether its pair goes into `signet.yaml`; fit for JSON. */
export interface CloseRow {
  /** Empty before its first start. */
  readonly name: string
  readonly address: string | null
  /** When the journal first names this pair; null where it does not. */
  readonly since: string | null
  readonly isTaken: boolean
  /** Why it is left out. */
  readonly reason?: string
}

/** What `signet.yaml` gets when joins are closed. */
export interface ClosePlan {
  readonly rows: readonly CloseRow[]
  /** Pairs that `signet.yaml` does not have yet. */
  readonly added: readonly MemberPair[]
  /** Pairs of `signet.yaml` whose name etcd does not list: root has written them, and they stay. */
  readonly unlisted: readonly MemberPair[]
  readonly voters: number
}

/**
 * Decides which pairs of etcd's list get a member's lifetime from now on. Whoever has a certificate can edit that list, so
 * only those pairs are taken that nothing speaks against: a voter that has started, under a name that the journal knows at
 * no other address and `signet.yaml` neither. Pure.
 */
export function planClose(members: readonly Member[], known: KnownMembers): ClosePlan {
  const rows = members.map((member) => closeRow(member, members, known)).toSorted(byName)
  const isConfigured = ({ name }: { readonly name: string }): boolean => known.configured.some(isOfName(name))
  const room = maxListedMembers - known.configured.length
  const fresh = rows.filter((row) => row.isTaken && !isConfigured(row))
  const tooMany = new Set(fresh.slice(Math.max(0, room)))
  const added = fresh.filter((row) => !tooMany.has(row)).flatMap(pairOf)
  return {
    rows: rows.map((row) =>
      tooMany.has(row) ? { ...row, isTaken: false, reason: 'signet.yaml holds 64 pairs' } : row,
    ),
    added,
    unlisted: known.configured.filter(({ name }) => !members.some(isOfName(name))),
    voters: members.filter(({ isLearner }) => !isLearner).length,
  }
}

function closeRow(member: Member, members: readonly Member[], known: KnownMembers): CloseRow {
  const { name } = member
  const holder = known.holders.find(isOfName(name))
  const addresses = memberAddresses(member)
  const address = addresses.find((one) => one === holder?.address) ?? addresses[0] ?? null
  const since = holder !== undefined && holder.address === address ? holder.since : null
  const reason = reasonAgainst({ member, address, holder }, members) ?? configuredElsewhere(name, address, known)
  return { name, address, since, isTaken: reason === undefined, ...(reason === undefined ? {} : { reason }) }
}

interface Candidate {
  readonly member: Member
  readonly address: string | null
  readonly holder: KnownMembers['holders'][number] | undefined
}

function reasonAgainst({ member, address, holder }: Candidate, members: readonly Member[]): string | undefined {
  const { name, isLearner, isStarted } = member
  const unreadable = describeUnreadable(member)
  if (unreadable !== undefined) return unreadable
  if (!isStarted) return 'it has not started yet'
  if (isLearner) return 'it is a learner and does not vote yet'
  if (!isMemberName(name)) return 'its name is not etcd-<id>'
  if (address === null) return 'etcd lists it at no IP address'
  if (members.filter(isOfName(name)).length > 1) return 'etcd lists this name more than once'
  if (holder === undefined) return memberAddresses(member).length > 1 ? 'etcd lists it at several addresses' : undefined
  if (holder.address === address) return undefined
  return `the journal has ${holder.address} under this name since ${holder.since}; if that one is gone: signet joins release ${name}`
}

function configuredElsewhere(name: string, address: string | null, { configured }: KnownMembers): string | undefined {
  const pair = configured.find(isOfName(name))
  if (pair === undefined || pair.address === address) return undefined
  return `signet.yaml has it at ${pair.address}; if that one is gone: signet joins release ${pair.name}`
}

function pairOf({ name, address }: CloseRow): readonly MemberPair[] {
  return address === null ? [] : [{ name, address }]
}

function byName(one: CloseRow, other: CloseRow): number {
  return compareNames(one.name, other.name)
}
