import { parseIpAddress } from '../../core/ip-address.ts'
import { readCallerSource } from '../../protocol/caller-source.ts'
import { isMasterName } from '../../protocol/names.ts'
import { findHorizon, type Horizon } from './horizon.ts'
import type { IssuedCertificate } from './issued-line.ts'

/**
 * More names than any control plane has. A flood of invented ones would fill the memory, so names are forgotten: those of
 * the caller that has most of them. Nothing hangs on it but what is reported: whose a member's name is, `MemberNames` knows.
 */
const maxNames = 100_000

interface Known {
  readonly publicKeySha256: string
  readonly address: string
  readonly source: string
  /** When the last certificate was signed. */
  readonly timeMs: number
  readonly expiryMs: number
  /** When the one before was signed, where it was for the same key. */
  readonly previousMs: number | undefined
  /** How many certificates in a row were for the same key, after the first. */
  readonly renewals: number
  /** Until when a certificate of another key is valid for the name: as long as its change is worth telling. */
  readonly keyChangedUntilMs: number
}

/** A master that the journal knows. */
interface SeenMaster {
  readonly name: string
  readonly address: string
  readonly expiryMs: number
  /** Whether a certificate of another key is still valid for it. */
  readonly keyChanged: boolean
}

/** Masters whose last certificates are for one key. */
interface SharedKey {
  /** How many they are. */
  readonly total: number
  /** Those whose names come first. */
  readonly masters: readonly { readonly name: string; readonly address: string }[]
}

/** How much is told of keys that several masters use. */
interface SharedKeyLimits {
  readonly keys: number
  readonly mastersOfKey: number
}

interface SeenMasters {
  readonly total: number
  readonly expired: number
  readonly keysChanged: number
  readonly soonest: readonly SeenMaster[]
}

/** A master that is gone for a week is not coming back by itself, and need not be listed for ever. */
const rememberedMs = 7 * 86_400_000

/** What the journal tells about names that hold a certificate which has not expired. */
export class IssuedNames {
  readonly #names = new Map<string, Known>()
  readonly #namesOfSource = new Map<string, Set<string>>()
  #lastTimeMs: number | undefined

  /** When the last certificate was signed, or undefined where none was. */
  get lastTimeMs(): number | undefined {
    return this.#lastTimeMs
  }

  /** Takes in a certificate; true when its name held another key whose certificate had not expired by then. */
  add(issued: IssuedCertificate): boolean {
    const { name, publicKeySha256, address, expiryMs, timeMs } = issued
    const before = this.#current(name, timeMs)
    const changes = before !== undefined && before.publicKeySha256 !== publicKeySha256
    // Also where the one before had expired: a master that was cut off for a day is the same master.
    const last = this.#names.get(name)
    const same = last?.publicKeySha256 === publicKeySha256 ? last : undefined
    const renewals = same === undefined ? 0 : same.renewals + 1
    const previousMs = same?.timeMs
    this.forget(name)
    const source = readSource(address)
    // Not for ever: a master that was built anew is told of until its old key opens nothing any more.
    const keyChangedUntilMs = Math.max(before?.keyChangedUntilMs ?? 0, changes ? before.expiryMs : 0)
    this.#names.set(name, {
      publicKeySha256,
      address,
      source,
      timeMs,
      expiryMs,
      previousMs,
      renewals,
      keyChangedUntilMs,
    })
    const own = this.#namesOfSource.get(source) ?? new Set()
    this.#namesOfSource.set(source, own.add(name))
    this.#lastTimeMs = timeMs
    if (this.#names.size > maxNames) this.#forgetOldest(own.size > 1 ? own : this.#largestOwn())
    return changes
  }

  /** Names for which a certificate of an older key is still valid, most recent first, at most `limit`. */
  changedKeys(nowMs: number, limit: number): readonly string[] {
    const changed = [...this.#names].filter(([, { keyChangedUntilMs }]) => keyChangedUntilMs > nowMs)
    return changed
      .slice(-limit)
      .reverse()
      .map(([name]) => name)
  }

  /** How many masters are known, and at most `limit` of them: those that come to an end first, or did so within a week. */
  masters(nowMs: number, limit: number): SeenMasters {
    const all = [...this.#names]
      .filter(([name]) => isMasterName(name))
      .map(([name, { address, expiryMs, keyChangedUntilMs }]) => {
        return { name, address, expiryMs, keyChanged: keyChangedUntilMs > nowMs }
      })
    const listed = all.filter(({ expiryMs }) => expiryMs > nowMs - rememberedMs)
    return {
      total: all.length,
      expired: all.filter(({ expiryMs }) => expiryMs <= nowMs).length,
      keysChanged: all.filter(({ keyChanged }) => keyChanged).length,
      soonest: listed.toSorted((one, other) => one.expiryMs - other.expiryMs).slice(0, limit),
    }
  }

  /** When the first master fails if nothing is signed from now on, and how many masters that rests on. */
  horizon(nowMs: number): Horizon {
    const masters = [...this.#names].filter(([name]) => isMasterName(name))
    return findHorizon(
      masters.map(([name, known]) => ({ name, ...known })),
      nowMs,
    )
  }

  /**
   * Keys for which more than one master has its last certificate, unexpired: `kubeadm join` copies the first master's pair to
   * all others, and one that had it certified under its own name before we refused to has it still. How many, and within the
   * limits which: the key of most masters first. Who asks has shown to have the key, by the CSR's own signature.
   */
  sharedKeys(nowMs: number, limits: SharedKeyLimits): { readonly total: number; readonly first: readonly SharedKey[] } {
    const holders = new Map<string, string[]>()
    for (const [name, { publicKeySha256, expiryMs }] of this.#names) {
      if (expiryMs <= nowMs || !isMasterName(name)) continue
      const own = holders.get(publicKeySha256)
      if (own === undefined) holders.set(publicKeySha256, [name])
      else own.push(name)
    }
    const shared = [...holders.values()].filter(({ length }) => length > 1)
    const first = shared.toSorted((one, other) => other.length - one.length).slice(0, limits.keys)
    return { total: shared.length, first: first.map((names) => this.#describeShared(names, limits)) }
  }

  #describeShared(names: readonly string[], { mastersOfKey }: SharedKeyLimits): SharedKey {
    const told = names.toSorted().slice(0, mastersOfKey)
    const masters = told.map((name) => ({ name, address: this.#names.get(name)?.address ?? '' }))
    return { total: names.length, masters }
  }

  #current(name: string, nowMs: number): Known | undefined {
    const known = this.#names.get(name)
    return known !== undefined && known.expiryMs > nowMs ? known : undefined
  }

  #largestOwn(): ReadonlySet<string> {
    let largest: ReadonlySet<string> = new Set()
    for (const own of this.#namesOfSource.values()) if (own.size > largest.size) largest = own
    return largest
  }

  #forgetOldest(ofFlooder: ReadonlySet<string>): void {
    const [oldest] = ofFlooder.size > 1 ? ofFlooder : this.#names.keys()
    if (oldest !== undefined) this.forget(oldest)
  }

  /** Knows nothing of a name any more. */
  forget(name: string): void {
    const known = this.#names.get(name)
    if (known === undefined) return
    this.#names.delete(name)
    const own = this.#namesOfSource.get(known.source)
    own?.delete(name)
    if (own?.size === 0) this.#namesOfSource.delete(known.source)
  }
}

// What our own processes asked for has no address, and a journal of an older version may hold any text.
function readSource(address: string): string {
  return parseIpAddress(address) === address ? readCallerSource(address) : address
}
