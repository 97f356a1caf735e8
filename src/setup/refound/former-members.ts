import { memberAddresses } from '../../cluster/member-addresses.ts'
import type { MemberPair } from '../../cluster/member-pair.ts'
import { foldName } from '../../core/member-name.ts'
import { isMemberName } from '../../protocol/names.ts'
import type { OwnMember } from '../member/own-member.ts'
import type { FoundingSnapshot } from './founding-snapshot.ts'

/**
 * Who may ask for a member's certificate in the cluster that is founded anew, whose journal knows nobody: this host, and the
 * members that the cluster had, where one of their keys vouches for that list. Any other host takes `joins open`. Pure.
 */
export function listFormerMembers(
  { name, address }: Pick<OwnMember, 'name' | 'address'>,
  { sidecar, signedBy }: Pick<FoundingSnapshot, 'sidecar' | 'signedBy'>,
): readonly MemberPair[] {
  const own = { name, address }
  if (sidecar === null || signedBy === null) return [own]
  const pairs: MemberPair[] = [own]
  for (const { name: former, peerUrls } of sidecar.members) {
    const [at] = memberAddresses({ peerUrls })
    if (at !== undefined && isMemberName(former) && !isTaken(former, at, pairs))
      pairs.push({ name: former, address: at })
  }
  return pairs
}

function isTaken(name: string, address: string, pairs: readonly MemberPair[]): boolean {
  return pairs.some((pair) => foldName(pair.name) === foldName(name) || pair.address === address)
}
