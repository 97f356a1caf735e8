import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import type { InspectedAuthority } from './inspect-authority.ts'
import type { InspectedSigner } from './inspect-signer.ts'

/** Whether any host of the networks can become a member, as far as it is known here. */
export interface InspectedJoins {
  /** `open`, `closed`, or the time until which they are open. */
  readonly setting: string
  /** Who is a member in the eyes of the signer, which tells it on its own host only. */
  readonly members: AuthorityMembers | undefined
}

/** What the authority of this host tells of joins, or else the signer; undefined where neither does. */
export function inspectJoins(told: {
  readonly authority: InspectedAuthority | undefined
  readonly signer: InspectedSigner | undefined
}): InspectedJoins | undefined {
  const { authority, signer } = told
  const members = authority !== undefined && 'members' in authority ? authority.members : undefined
  const status = signer !== undefined && 'status' in signer ? signer.status : undefined
  const setting = members?.joins ?? status?.joins
  return setting === undefined ? undefined : { setting, members }
}
