import { compareNames } from '../../core/member-name.ts'
import { isAheadOfTime } from '../../host/snapshots/ahead-of-time.ts'

/** A member, as turns are given to it. */
export interface TurnMember {
  readonly id: string
  readonly name: string
}

/** What decides whether this member saves now. */
export interface TurnFacts {
  readonly nowMs: number
  readonly everySeconds: number
  /** All of the cluster, as last heard. */
  readonly members: readonly TurnMember[]
  readonly ownId: string
  /** When the last snapshot of this member was taken; undefined where it has none. */
  readonly lastTakenMs: number | undefined
}

/** This member's turn: the one that runs, or the next one. */
export interface SaveTurn {
  readonly isDue: boolean
  readonly startMs: number
  readonly endMs: number
}

/** `signet-snapshot.timer` looks as often; in a shorter turn it might not look at all. */
const shortestTurnMs = 5 * 60_000

/**
 * Whether this member saves now. A period is divided among the members by their names: each has one turn in it, and no two
 * have theirs at once, so that one member at a time reads its whole database. A period with many members is longer than
 * asked for, so that each turn lasts until the timer has looked. Nothing is shared between them but the clock. Pure.
 */
export function planTurn({ nowMs, everySeconds, members, ownId, lastTakenMs }: TurnFacts): SaveTurn {
  const ids = inOrder(members, ownId)
  const turnMs = Math.max(Math.floor((everySeconds * 1000) / ids.length), shortestTurnMs)
  const periodMs = turnMs * ids.length
  const periodStartMs = Math.floor(nowMs / periodMs) * periodMs
  const startMs = periodStartMs + ids.indexOf(ownId) * turnMs
  const turn = { startMs, endMs: startMs + turnMs }
  const isSaved = lastTakenMs !== undefined && periodStartMs <= lastTakenMs && !isAheadOfTime(lastTakenMs, nowMs)
  if (isSaved || nowMs >= turn.endMs) return { isDue: false, startMs: startMs + periodMs, endMs: turn.endMs + periodMs }
  return { isDue: nowMs >= startMs, ...turn }
}

// Whoever is not listed, as right after joining, goes by its id alone until it is.
function inOrder(members: readonly TurnMember[], ownId: string): readonly string[] {
  const known = members.some(({ id }) => id === ownId) ? members : [...members, { id: ownId, name: '' }]
  return known
    .toSorted((one, other) => compareNames(one.name, other.name) || (one.id < other.id ? -1 : 1))
    .map(({ id }) => id)
}
