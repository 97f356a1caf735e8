import { parseIpAddress } from '../core/ip-address.ts'
import { maxListedMembers } from '../core/member-name.ts'
import {
  type AuthorityMasters,
  type AuthorityMembers,
  type AuthorityStatus,
  maxListedMasters,
} from '../protocol/authority-message.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { AuthorityWorld } from './authority-world.ts'
import type { Claim } from './journal/member-claims.ts'

/** What `get-status` tells of the authority. */
export function describeAuthority({ authority, lifetimes, rules, journal, clock }: AuthorityWorld): AuthorityStatus {
  const { der, notAfterMs } = authority.certificate
  return {
    time: formatTime(clock.now()),
    pin: certificatePin(der),
    caNotAfter: formatTime(notAfterMs),
    clientLifetimeSeconds: lifetimes.client,
    memberLifetimeSeconds: lifetimes.member,
    joins: rules.joins,
    members: rules.members,
    changedKeys: [...journal.names.changedKeys(clock.now(), 100)],
  }
}

/** The masters that the journal knows, bounded. */
export function describeMasters({ journal, clock }: AuthorityWorld): AuthorityMasters {
  const { soonest, ...counts } = journal.names.masters(clock.now(), maxListedMasters)
  return {
    ...counts,
    soonest: soonest.map(({ name, address, expiryMs, keyChanged }) => ({
      name,
      // A journal of an older version may hold anything, long enough to burst the line.
      address: parseIpAddress(address) ?? '',
      expiry: formatTime(expiryMs),
      keyChanged,
    })),
  }
}

/** Who may have a member's certificate and who has one, bounded. */
export function describeMembers({ rules, journal: { members }, clock }: AuthorityWorld): AuthorityMembers {
  const nowMs = clock.now()
  return {
    joins: rules.joins,
    configured: Object.entries(rules.members).map(([name, address]) => ({ name, address })),
    holders: members.holders(nowMs, maxListedMembers).map((claim) => {
      return { ...describeClaim(claim), since: formatTime(claim.sinceMs), expiry: formatTime(claim.untilMs) }
    }),
    reserved: members.reservations(nowMs, maxListedMembers).map((claim) => {
      return { ...describeClaim(claim), until: formatTime(claim.untilMs) }
    }),
  }
}

// A journal of an older version may hold any address, long enough to burst the line.
function describeClaim({ name, address }: Claim): { readonly name: string; readonly address: string } {
  return { name, address: parseIpAddress(address) ?? '' }
}

function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
