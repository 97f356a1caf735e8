import { parseIpAddress } from '../core/ip-address.ts'
import { maxListedMembers } from '../core/member-name.ts'
import {
  type AuthorityMasters,
  type AuthorityMembers,
  type AuthorityMetrics,
  type AuthorityStatus,
  maxListedMasters,
  maxSharedKeys,
} from '../protocol/authority-message.ts'
import { certificatePin } from '../x509/certificate-pin.ts'
import type { AuthorityWorld } from './authority-world.ts'
import type { IssuedNames } from './journal/issued-names.ts'

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
  const shared = journal.names.sharedKeys(clock.now(), maxSharedKeys)
  return {
    ...counts,
    keysShared: shared.total,
    sharedKeys: shared.first.map(({ total, masters }) => ({ total, masters: masters.map(describePlace) })),
    soonest: soonest.map(({ name, address, expiryMs, keyChanged }) => ({
      ...describePlace({ name, address }),
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
      return { ...describePlace(claim), since: formatTime(claim.sinceMs), expiry: formatTime(claim.untilMs) }
    }),
    reserved: members.reservations(nowMs, maxListedMembers).map((claim) => {
      return { ...describePlace(claim), until: formatTime(claim.untilMs) }
    }),
  }
}

/** What was done since the start, and how long the masters go on without this signer. */
export function describeTally({ journal, tally, clock }: AuthorityWorld): AuthorityMetrics {
  const { client = 0, member = 0, endpoint = 0, probe = 0 } = tally.issued.counts()
  return {
    issued: { client, member, endpoint, probe },
    refused: tally.refused.counts(),
    ...describeHorizonOf(journal.names, clock.now()),
  }
}

/** How the masters are, and which fails first if nothing is signed from now on. */
export type ToldHorizon = Pick<AuthorityMetrics, 'masters' | 'first'>

/** How long the masters go on without a signer, as it is told. */
export function describeHorizonOf(names: Pick<IssuedNames, 'horizon'>, nowMs: number): ToldHorizon {
  const { first, ...masters } = names.horizon(nowMs)
  return {
    masters,
    first: first === undefined ? null : { ...describePlace(first), expiry: formatTime(first.expiryMs) },
  }
}

interface Place {
  readonly name: string
  readonly address: string
}

// A journal of an older version may hold any address, long enough to burst the line.
function describePlace({ name, address }: Place): Place {
  return { name, address: parseIpAddress(address) ?? '' }
}

function formatTime(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
