/** A master that the journal knows, and how it has renewed. */
export interface RenewingMaster {
  readonly name: string
  readonly address: string
  /** When its last certificate was signed, and when that one ends. */
  readonly timeMs: number
  readonly expiryMs: number
  /** When the certificate before that was signed, for the same key; undefined where there was none. */
  readonly previousMs: number | undefined
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

/** By when every master has renewed where nothing keeps it from it: its window ends at 46 % of the lifetime (renewal-window.ts). */
const lateShare = 0.47

/** How long a master may take to notice that a signer is back: it pauses for a twelfth of its lifetime at most. */
const noticeShare = 0.1

/** A signing that lies further ahead was done by a clock that was wrong, and says nothing of when. */
const clockToleranceMs = 10 * 60_000

/** As long as `status` lists a master that does not renew any more. */
const rememberedMs = 7 * 86_400_000

/**
 * When the first master fails if the signer is lost now. A master that did not renew while others did is not counted: it was
 * taken down, and must not pull everybody's horizon to zero; where nobody renews, all count, since it is the signer that is
 * away. Pure.
 */
export function findHorizon(masters: readonly RenewingMaster[], nowMs: number): Horizon {
  const noticedMs = masters.reduce((last, master) => Math.max(last, findNoticed(master, nowMs)), 0)
  const counts = { well: 0, unproven: 0, overdue: 0, expired: 0 }
  let first: RenewingMaster | undefined
  for (const master of masters) {
    const state = judgeMaster(master, { nowMs, noticedMs })
    if (state === undefined) continue
    counts[state] += 1
    if (state === 'well' && (first === undefined || master.expiryMs < first.expiryMs)) first = master
  }
  return { ...counts, first: first && { name: first.name, address: first.address, expiryMs: first.expiryMs } }
}

interface Moments {
  readonly nowMs: number
  /** When the signer was last there and everybody has had the time to notice: who was late by then has been left behind. */
  readonly noticedMs: number
}

// By masters that renew alone: one ad-hoc request would make all overdue that wait for a signer which just came back.
function findNoticed(master: RenewingMaster, nowMs: number): number {
  const { timeMs, previousMs, expiryMs } = master
  if (!isProven(master, nowMs)) return 0
  return timeMs <= nowMs - (expiryMs - timeMs) * noticeShare ? timeMs : (previousMs ?? 0)
}

function isProven({ renewals, timeMs }: RenewingMaster, nowMs: number): boolean {
  return renewals >= provenRenewals && timeMs <= nowMs + clockToleranceMs
}

function judgeMaster(
  master: RenewingMaster,
  { nowMs, noticedMs }: Moments,
): Exclude<keyof Horizon, 'first'> | undefined {
  const { timeMs, expiryMs } = master
  if (!isProven(master, nowMs)) return expiryMs > nowMs ? 'unproven' : undefined
  if (expiryMs <= nowMs) return expiryMs > nowMs - rememberedMs ? 'expired' : undefined
  return noticedMs > timeMs + (expiryMs - timeMs) * lateShare ? 'overdue' : 'well'
}
