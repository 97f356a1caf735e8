import type { Member } from '../etcd/member.ts'
import { memberUrlAddress } from '../etcd/member-url.ts'

/** The IP addresses that etcd lists a member at, canonical, each once; none where its peer URLs have host names. */
export function memberAddresses({ peerUrls }: Pick<Member, 'peerUrls'>): readonly string[] {
  return [...new Set(peerUrls.map(memberUrlAddress).filter((address) => address !== undefined))]
}
