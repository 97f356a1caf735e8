import { apiserverManifest } from '../client/apiserver/read-apiservers.ts'
import { askAuthority } from '../endpoint/upstream/ask-authority.ts'
import type { AuthorityMasters } from '../protocol/authority-message.ts'
import type { HostWorld } from './host-world.ts'
import { isSigner } from './joins/signer-host.ts'

/** As many as an operator reads; the others are counted. */
const maxNamed = 20

/** What there is to tell, and to whom. */
export interface MastersNews {
  /** The flag that kube-apiserver should have from now on. */
  readonly flag: string
  /** What the journal of the signer knows, which is not at hand elsewhere. */
  readonly masters?: AuthorityMasters | undefined
  readonly nowMs: number
}

/**
 * What an operator does on which masters once the members have changed: kube-apiserver asks those that its flag names and no
 * others, and nothing else tells it. Pure.
 */
export function adviseMasters({ flag, masters, nowMs }: MastersNews): readonly string[] {
  const who = masters === undefined ? 'every master' : nameMasters(masters, nowMs)
  return who === undefined ? [] : [`tell kube-apiserver on ${who}, in ${apiserverManifest}: ${flag}`, lookThere]
}

const lookThere =
  'signet doctor says there whether that is done, and the RUNBOOK how: "The members of etcd have changed"'

/** The masters that the journal of this host knows; undefined where it is not the signer, or does not tell. */
export async function readKnownMasters(world: HostWorld): Promise<AuthorityMasters | undefined> {
  if (!isSigner(world)) return undefined
  const { authoritySocket: socketPath } = world.layout
  return askAuthority({ socketPath }, (authority) => authority.masters()).catch(() => undefined)
}

// Undefined where nobody has a certificate that is good: there is nobody to tell.
function nameMasters({ total, expired, soonest }: AuthorityMasters, nowMs: number): string | undefined {
  const live = soonest.filter(({ expiry }) => Date.parse(expiry) > nowMs)
  const named = live.slice(0, maxNamed).map(({ name, address }) => (address === '' ? name : `${name} (${address})`))
  const more = total - expired - named.length
  if (named.length === 0) return more > 0 ? 'every master' : undefined
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
