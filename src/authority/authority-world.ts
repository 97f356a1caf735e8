import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Tally } from '../core/tally.ts'
import type { Lifetimes } from './certificate-policy.ts'
import type { Journal } from './journal/journal.ts'
import type { MemberRules } from './member-policy.ts'
import type { CertificateAuthority } from './signing-key.ts'

/** Since the authority has started. */
interface AuthorityTally {
  readonly issued: Tally
  readonly refused: Tally
}

/** What the authority signs with, by which rules, and what it remembers. */
export interface AuthorityWorld {
  readonly authority: CertificateAuthority
  readonly lifetimes: Lifetimes
  readonly rules: MemberRules
  /** `trust` signs even while the clock is behind the journal. */
  readonly clockPolicy: 'check' | 'trust'
  readonly journal: Journal
  readonly clock: Clock
  readonly randomSerial: () => Buffer
  readonly log: Log
  /** What was signed and what was refused, for metrics. */
  readonly tally: AuthorityTally
}
