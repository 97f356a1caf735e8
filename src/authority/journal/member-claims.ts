import { parseIpAddress } from '../../core/ip-address.ts'
import { foldName } from '../../core/member-name.ts'
import { readCallerSource } from '../../protocol/caller-source.ts'

/** An address's claim on a member's name. */
export interface Claim {
  readonly name: string
  readonly address: string
  readonly sinceMs: number
  readonly untilMs: number
}

/** How many names are claimed at once. */
interface ClaimLimits {
  readonly names: number
  /** By one IPv4 address, or out of one /64 of IPv6. */
  readonly namesOfSource: number
}

/** Many times what any cluster has, and few enough for the memory. */
const defaultLimits: ClaimLimits = { names: 4096, namesOfSource: 64 }

const sweepIntervalMs = 1000

/**
 * Which address claims which name, names compared without case. A claim is never forgotten in favour of another one: where
 * there is no room, the new one is not taken in. So nobody makes us forget whose a name is, from however many addresses.
 */
export class MemberClaims {
  readonly #isInForce: (claim: Claim, nowMs: number) => boolean
  readonly #limits: ClaimLimits
  readonly #claims = new Map<string, Claim>()
  readonly #countOfSource = new Map<string, number>()
  #nextSweepMs = 0

  constructor(isInForce: (claim: Claim, nowMs: number) => boolean, limits: ClaimLimits = defaultLimits) {
    this.#isInForce = isInForce
    this.#limits = limits
  }

  /** The claim on a name that is in force. */
  get(name: string, nowMs: number): Claim | undefined {
    const claim = this.#claims.get(foldName(name))
    return claim !== undefined && this.#isInForce(claim, nowMs) ? claim : undefined
  }

  /** Whether a claim of this address on this name would be taken in. */
  hasRoom(name: string, address: string, nowMs: number): boolean {
    this.#sweep(nowMs)
    const replaced = this.#claims.get(foldName(name))
    const source = readSource(address)
    const gains = replaced === undefined ? 1 : 0
    const gainsOfSource = replaced === undefined || readSource(replaced.address) !== source ? 1 : 0
    const ofSource = this.#countOfSource.get(source) ?? 0
    return this.#claims.size + gains <= this.#limits.names && ofSource + gainsOfSource <= this.#limits.namesOfSource
  }

  /** Takes a claim in, in the place of any other on its name. */
  put(claim: Claim, nowMs: number): void {
    if (!this.hasRoom(claim.name, claim.address, nowMs)) return
    this.delete(claim.name)
    this.#claims.set(foldName(claim.name), claim)
    const source = readSource(claim.address)
    this.#countOfSource.set(source, (this.#countOfSource.get(source) ?? 0) + 1)
  }

  delete(name: string): void {
    const claim = this.#claims.get(foldName(name))
    if (claim === undefined) return
    this.#claims.delete(foldName(name))
    const source = readSource(claim.address)
    const left = (this.#countOfSource.get(source) ?? 0) - 1
    if (left > 0) this.#countOfSource.set(source, left)
    else this.#countOfSource.delete(source)
  }

  /** At most `limit` claims that are in force, the oldest first. */
  list(nowMs: number, limit: number): readonly Claim[] {
    const inForce = [...this.#claims.values()].filter((claim) => this.#isInForce(claim, nowMs))
    return inForce.toSorted((one, other) => one.sinceMs - other.sinceMs).slice(0, limit)
  }

  // At most once a second of the clock, forwards or backwards: a flood must not make each line cost a walk over them all.
  #sweep(nowMs: number): void {
    if (nowMs < this.#nextSweepMs && nowMs >= this.#nextSweepMs - sweepIntervalMs) return
    this.#nextSweepMs = nowMs + sweepIntervalMs
    for (const claim of this.#claims.values()) if (!this.#isInForce(claim, nowMs)) this.delete(claim.name)
  }
}

// A journal of an older version may hold any text.
function readSource(address: string): string {
  return parseIpAddress(address) === address ? readCallerSource(address) : address
}
