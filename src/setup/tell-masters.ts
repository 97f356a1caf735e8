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

// Undefined where there is nobody to tell. One whose certificate has expired still runs by its open connections.
function nameMasters({ total, expired, soonest }: AuthorityMasters, nowMs: number): string | undefined {
  const isLive = ({ expiry }: KnownMaster): boolean => Date.parse(expiry) > nowMs
  const ended = soonest.filter((master) => !isLive(master))
  const told = [...soonest.filter(isLive), ...ended].slice(0, maxNamed)
  const named = told.map((master) => describeMaster(master, isLive(master)))
  // What expired before that is not listed, and not counted here.
  const more = total - expired + ended.length - named.length
  if (named.length === 0) return more > 0 ? 'every master' : undefined
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

type KnownMaster = AuthorityMasters['soonest'][number]

function describeMaster({ name, address }: KnownMaster, isLive: boolean): string {
  const notes = [...(address === '' ? [] : [address]), ...(isLive ? [] : ['certificate expired'])]
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`
}
