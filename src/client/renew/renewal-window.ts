import { hash } from 'node:crypto'
import { backdateMs } from '../../protocol/certificate-profile.ts'

/** When a certificate begins and ends, in milliseconds since the epoch. */
export interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** What is known of attempts since the certificate was issued. */
export interface Attempts {
  readonly lastAttemptMs: number
  /** How many failed one after the other. */
  readonly failures: number
}

const minuteMs = 60 * 1000
const longestUrgentMs = 12 * minuteMs

/** The time when renewing becomes due, and the next moment to try: not over `nowMs` where that is at once. */
export interface RenewalTimes {
  readonly dueAtMs: number
  readonly nextAttemptMs: number
}

export interface RenewalQuestion {
  readonly validity: Validity
  readonly name: string
  readonly nowMs: number
  readonly attempts?: Attempts | undefined
}

/**
 * When to renew. Due when a third of the lifetime is gone, and up to an eighth of it later by a hash of the name, so that
 * masters that were installed together do not call together. After a failure the pause doubles, from a minute to a
 * twelfth of the lifetime, again spread by name; in the last quarter, and after expiry, to a tenth of that, and to twelve
 * minutes at most. Pure.
 */
export function planRenewal({ validity, name, nowMs, attempts }: RenewalQuestion): RenewalTimes {
  const { startMs, lifetimeMs } = readLife(validity)
  // A certificate from before the clock was set back is of no use until the clock is there again.
  const isOfUse = nowMs >= validity.notBeforeMs
  const share = 1 / 3 + fraction(`due ${name}`) / 8
  const dueAtMs = isOfUse ? Math.round(startMs + lifetimeMs * share) : nowMs
  // An attempt that lies in the future was made before the clock was set back, and says nothing.
  if (attempts === undefined || attempts.lastAttemptMs > nowMs) return { dueAtMs, nextAttemptMs: dueAtMs }
  const isUrgent = attempts.lastAttemptMs > validity.notAfterMs - lifetimeMs / 4
  // A member's 90 days would make hours of that, in which a signer that is back long since goes unnoticed.
  const longestMs = isUrgent ? Math.min(lifetimeMs / 120, longestUrgentMs) : lifetimeMs / 12
  const pauseMs = retryPauseMs({ shortestMs: Math.min(minuteMs, lifetimeMs / 12), longestMs }, name, attempts)
  return { dueAtMs, nextAttemptMs: Math.max(dueAtMs, attempts.lastAttemptMs + pauseMs) }
}

interface Pause {
  // Certificates of minutes, as a sandbox may have, could not be renewed in time at one request a minute.
  readonly shortestMs: number
  readonly longestMs: number
}

function retryPauseMs({ shortestMs, longestMs }: Pause, name: string, { failures }: Attempts): number {
  const pauseMs = Math.min(longestMs, shortestMs * 2 ** Math.min(failures, 20))
  return Math.round(Math.max(shortestMs, pauseMs * (0.5 + fraction(`retry ${failures} ${name}`) / 2)))
}

/** A certificate's life as its holder has it: from the signature on, though it is dated back. */
export function readLife({ notBeforeMs, notAfterMs }: Validity): { startMs: number; lifetimeMs: number } {
  const signedAtMs = notBeforeMs + backdateMs
  const startMs = signedAtMs < notAfterMs ? signedAtMs : notBeforeMs
  return { startMs, lifetimeMs: Math.max(1, notAfterMs - startMs) }
}

/** A number from 0 to 1 that is always the same for the same text. */
function fraction(text: string): number {
  return hash('sha256', text, 'buffer').readUInt32BE(0) / 2 ** 32
}
