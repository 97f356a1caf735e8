/** A master that the journal knows, and how it has renewed. */
export interface RenewingMaster {
  readonly name: string
  readonly address: string
  /** When its last certificate was signed, and when that one ends. */
  readonly timeMs: number
  readonly expiryMs: number
  /** How often it got another certificate for the same key, one after the other. */
  readonly renewals: number
}

/** How the masters are, and which of those that count fails first if nobody signs any more. */
export interface Horizon {
  /** Masters that renew, and count. */
  readonly well: number
  /** Seen, but not renewed twice under one key: an ad-hoc request, or a master that a new signer does not know yet. */
  readonly unproven: number
  /** Did not renew in time though others did: taken down, or cut off. */
  readonly overdue: number
  /** Expired within a week. */
  readonly expired: number
  readonly first: Pick<RenewingMaster, 'name' | 'address' | 'expiryMs'> | undefined
}

/** One ad-hoc request must page nobody (and a name that asks each time with another key is nobody's master). */
const provenRenewals = 2

/**
 * By when every master has renewed: the renewal window ends at 46 % of the lifetime, and a quarter of what is left then is
 * for a signer that is away for a while.
 */
const lateShare = 0.6

/** As long as `status` lists a master that does not renew any more. */
const rememberedMs = 7 * 86_400_000

/**
 * When the first master fails if the signer is lost now. A master that did not renew while others did is not counted: it was
 * taken down, and must not pull everybody's horizon to zero; where nobody renews, all count, since it is the signer that is
 * away. Pure.
 */
export function findHorizon(masters: readonly RenewingMaster[], nowMs: number): Horizon {
  const lastSignedMs = masters.reduce((last, { timeMs }) => Math.max(last, timeMs), 0)
  const counts = { well: 0, unproven: 0, overdue: 0, expired: 0 }
  let first: RenewingMaster | undefined
  for (const master of masters) {
    const state = judgeMaster(master, { nowMs, lastSignedMs })
    if (state === undefined) continue
    counts[state] += 1
    if (state === 'well' && (first === undefined || master.expiryMs < first.expiryMs)) first = master
  }
  return { ...counts, first: first && { name: first.name, address: first.address, expiryMs: first.expiryMs } }
}

interface Moments {
  readonly nowMs: number
  /** When anybody was last signed for: by then, who was late had been left behind. */
  readonly lastSignedMs: number
}

function judgeMaster(
  { timeMs, expiryMs, renewals }: RenewingMaster,
  { nowMs, lastSignedMs }: Moments,
): Exclude<keyof Horizon, 'first'> | undefined {
  if (renewals < provenRenewals) return expiryMs > nowMs ? 'unproven' : undefined
  if (expiryMs <= nowMs) return expiryMs > nowMs - rememberedMs ? 'expired' : undefined
  return lastSignedMs > timeMs + (expiryMs - timeMs) * lateShare ? 'overdue' : 'well'
}
