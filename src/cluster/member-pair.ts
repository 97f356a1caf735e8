import { foldName } from '../core/member-name.ts'

/** A member's name, and the one address at which it holds. */
export interface MemberPair {
  readonly name: string
  readonly address: string
}

/** Names are compared without case, as host names in certificates are. */
export function isOfName(name: string): (other: { readonly name: string }) => boolean {
  const wanted = foldName(name)
  return (other) => other.name !== '' && foldName(other.name) === wanted
}
