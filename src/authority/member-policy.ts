import { areJoinsOpen } from '../core/joins-window.ts'
import { foldName } from '../core/member-name.ts'
import { quoteUntrusted } from '../core/quote-untrusted.ts'
import { SignetError } from '../core/signet-error.ts'
import type { SigningQuestion } from '../protocol/authority-message.ts'

/** What root has written about members in `signet.yaml`. */
export interface MemberRules {
  /** `open`, `closed`, or until when they are open. */
  readonly joins: string
  /** Names, and the address of each. */
  readonly members: Readonly<Record<string, string>>
}

/** What the journal tells of a member's name. */
export interface MemberStanding {
  /** The address with an unexpired certificate of the full lifetime. */
  readonly holder: string | undefined
  readonly reservedFor: string | undefined
  /** Whether one more holder can be remembered. */
  readonly hasRoom: boolean
}

export interface MemberFacts {
  readonly rules: MemberRules
  readonly standing: MemberStanding
  readonly nowMs: number
}

type MemberQuestion = Extract<SigningQuestion, { ask: 'member' }>

/**
 * Whether a member's certificate gets the full lifetime, which makes its address the holder of the name; otherwise it is a
 * short one, enough to join. Throws `refused`.
 *
 * Root's word goes first. Of the rest no single one is believed: any master can edit etcd's list, and anybody on the
 * network can ask first. So the full lifetime takes etcd's list *and* a journal without another holder; and whoever is the
 * holder gets his own name whatever etcd's list says of it, so that no edit locks a member out.
 */
export function decideMember(question: MemberQuestion, { rules, standing, nowMs }: MemberFacts): boolean {
  const { name, address, listedAddresses } = question
  const configured = configuredAddress(rules.members, name)
  if (configured === address) return true
  if (configured !== undefined) throw givenTo(question, configured)
  if (!areJoinsOpen(rules.joins, nowMs)) throw joinsClosed(question)
  const { holder, hasRoom } = standing
  const isListed = listedAddresses?.includes(address) === true
  if (!isListed && holder !== address) refuseTakenName(question, standing)
  return isListed && hasRoom && (holder === undefined || holder === address)
}

/** What root should know where etcd's list and the journal name different addresses: a member was replaced, or etcd edited. */
export function findContradiction(
  { address, listedAddresses }: MemberQuestion,
  holder: string | undefined,
): string | undefined {
  const isListed = listedAddresses?.includes(address) === true
  if (isListed && holder !== undefined && holder !== address) {
    return 'etcd lists a member whose name another address holds by the journal; it gets short certificates; see which is the member: signet member list'
  }
  if (holder !== address || isListed || listedAddresses === null || listedAddresses.length === 0) return undefined
  return 'etcd lists the name of a member at another address than its own; until that is put right it gets short certificates'
}

/** The address that `signet.yaml` gives a name, compared without case. */
function configuredAddress(members: Readonly<Record<string, string>>, name: string): string | undefined {
  const folded = foldName(name)
  return Object.entries(members).find(([given]) => foldName(given) === folded)?.[1]
}

// For an address that neither etcd's list nor the journal knows by that name.
function refuseTakenName(question: MemberQuestion, { holder, reservedFor }: MemberStanding): void {
  const { name, address, listedAddresses } = question
  // Where etcd cannot be asked the journal decides, so that an outage opens no door.
  if (listedAddresses === null && holder !== undefined) throw heldByJournal(question, holder)
  if (listedAddresses !== null && listedAddresses.length > 0) throw heldBy(question, listedAddresses)
  if (reservedFor === undefined || reservedFor === address) return
  throw new SignetError('refused', `${name} is reserved for ${quoteUntrusted(reservedFor)}, which is joining by it`, {
    hint: 'choose another name, or wait ten minutes if that host does not join after all',
  })
}

function heldBy(question: MemberQuestion, addresses: readonly string[]): SignetError {
  const { name, address } = question
  const holders = addresses.map(quoteUntrusted).join(', ')
  return new SignetError('refused', `${name} is held by ${holders}, not by ${address}`, {
    hint: `choose another name, or remove the old member first: signet member remove ${name}`,
  })
}

function heldByJournal({ name, address }: MemberQuestion, holder: string): SignetError {
  const message = `etcd does not answer, and by the journal ${name} is held by ${quoteUntrusted(holder)}, not by ${address}`
  return new SignetError('refused', message, {
    hint: `choose another name; or, if that host is gone for good, root of the signer: signet joins release ${name}`,
  })
}

function givenTo({ name, address }: MemberQuestion, configured: string): SignetError {
  return new SignetError('refused', `signet.yaml gives ${name} to ${configured}, not to ${address}`, {
    hint: `choose another name; or, if that host is gone for good, root of the signer: signet joins release ${name}`,
  })
}

function joinsClosed({ name, address }: MemberQuestion): SignetError {
  return new SignetError(
    'refused',
    `joins are closed, and ${name} at ${address} is not among the members that may ask`,
    {
      hint: 'root of the signer: signet joins open --for=1h; then ask again',
    },
  )
}
