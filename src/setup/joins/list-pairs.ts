import { memberAddresses } from '../../cluster/member-addresses.ts'
import { isOfName, type MemberPair } from '../../cluster/member-pair.ts'
import { compareNames, foldName } from '../../core/member-name.ts'
import type { Member } from '../../etcd/member.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'

/** A member's name at one address, and who says so; fit for JSON. */
export interface MemberPairRow {
  readonly name: string
  readonly address: string
  /** Whether `signet.yaml` lists the pair. */
  readonly isConfigured: boolean
  /** From when and until when the journal has this address hold the name; null where it does not. */
  readonly since: string | null
  readonly expiry: string | null
  /** Until when the name is kept for this address; null where it is not. */
  readonly reservedUntil: string | null
  /** Null where etcd does not list the pair, or was not asked. */
  readonly role: 'voter' | 'learner' | null
}

/** Every pair that anybody knows: `signet.yaml`, the journal or etcd; sorted by name. Pure. */
export function listPairs(known: AuthorityMembers, listed: readonly Member[]): readonly MemberPairRow[] {
  const etcds = listed.flatMap((member) => memberAddresses(member).map((address) => ({ ...member, address })))
  const all = [...known.configured, ...known.holders, ...known.reserved, ...etcds].filter(({ name }) => name !== '')
  const rows = new Map<string, MemberPairRow>()
  for (const pair of all) {
    const key = `${foldName(pair.name)} ${pair.address}`
    if (!rows.has(key)) rows.set(key, describePair(pair, known, etcds))
  }
  return [...rows.values()].toSorted((one, other) => compareNames(one.name, other.name))
}

function describePair(
  { name, address }: MemberPair,
  { configured, holders, reserved }: AuthorityMembers,
  etcds: readonly (MemberPair & Pick<Member, 'isLearner'>)[],
): MemberPairRow {
  const isOfPair = (pair: MemberPair): boolean => isOfName(name)(pair) && pair.address === address
  const holder = holders.find(isOfPair)
  const member = etcds.find(isOfPair)
  const role = member?.isLearner === true ? 'learner' : 'voter'
  return {
    name,
    address,
    isConfigured: configured.some(isOfPair),
    since: holder?.since ?? null,
    expiry: holder?.expiry ?? null,
    // Of who has come to hold the name it says no more.
    reservedUntil: holder === undefined ? (reserved.find(isOfPair)?.until ?? null) : null,
    role: member === undefined ? null : role,
  }
}
