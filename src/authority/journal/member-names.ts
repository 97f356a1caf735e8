import type { IssuedCertificate } from './issued-line.ts'
import { type Claim, MemberClaims } from './member-claims.ts'

/** How long a name is kept for the address that got a short certificate for it: enough to join, slow disks included. */
const reservationMs = 10 * 60 * 1000

/**
 * Whose members' names are, by the journal. A certificate of the full lifetime makes its address the holder until it
 * expires or root releases the name. A short one makes nobody the holder: it reserves the name, for ten minutes from the
 * first. Both are read from the lines again after a restart, so that a restart opens no race for a name.
 */
export class MemberNames {
  readonly #holders = new MemberClaims(({ untilMs }, nowMs) => nowMs < untilMs)
  // One that begins later than now by more than it lasts is of a clock that was ahead: it must not last for years.
  readonly #reservations = new MemberClaims(
    ({ sinceMs, untilMs }, nowMs) => nowMs < untilMs && nowMs >= sinceMs - reservationMs,
  )

  /** Takes in a member's certificate. */
  add(issued: IssuedCertificate, holds: boolean): void {
    if (holds) this.#hold(issued)
    else this.#reserve(issued)
  }

  /** Ends what anybody has of a name. */
  release(name: string): void {
    this.#holders.delete(name)
    this.#reservations.delete(name)
  }

  /** Who has a certificate of the full lifetime for the name that has not expired. */
  holder(name: string, nowMs: number): Claim | undefined {
    return this.#holders.get(name, nowMs)
  }

  /** For whom the name is reserved. */
  reservation(name: string, nowMs: number): Claim | undefined {
    return this.#reservations.get(name, nowMs)
  }

  /** Whether this address can become the holder: there are not more of them than the memory has room for. */
  hasRoom(name: string, address: string, nowMs: number): boolean {
    return this.#holders.hasRoom(name, address, nowMs)
  }

  holders(nowMs: number, limit: number): readonly Claim[] {
    return this.#holders.list(nowMs, limit)
  }

  reservations(nowMs: number, limit: number): readonly Claim[] {
    return this.#reservations.list(nowMs, limit)
  }

  #hold({ name, address, timeMs, expiryMs: untilMs }: IssuedCertificate): void {
    const before = this.#holders.get(name, timeMs)
    const goesOn = before?.address === address
    this.#holders.put({ name, address, sinceMs: goesOn ? before.sinceMs : timeMs, untilMs }, timeMs)
  }

  // Asking again does not prolong it: nobody keeps a name from a host that joins by asking for it for ever.
  #reserve({ name, address, timeMs }: IssuedCertificate): void {
    if (this.#reservations.get(name, timeMs) !== undefined) return
    this.#reservations.put({ name, address, sinceMs: timeMs, untilMs: timeMs + reservationMs }, timeMs)
  }
}
