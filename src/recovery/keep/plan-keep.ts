import { isAheadOfTime } from '../../host/snapshots/ahead-of-time.ts'
import { byAge, type FoundSnapshot } from './found-snapshot.ts'

/** What stays of a cluster's snapshots. */
export interface KeepRule {
  readonly nowMs: number
  readonly everySeconds: number
  readonly allSeconds: number
  readonly dailySeconds: number
  /** What they may take together. */
  readonly budgetBytes: number
}

/** What is to become of a cluster's snapshots; each list has the newest first. */
export interface KeepPlan {
  readonly keep: readonly FoundSnapshot[]
  readonly remove: readonly FoundSnapshot[]
  /** Named for a time that has not come: the clock was ahead, or is behind. They stay. */
  readonly ahead: readonly FoundSnapshot[]
}

const dayMs = 86_400_000

/**
 * Which of a cluster's snapshots stay: those within a time of the newest, as many of the newest as are taken in that time, and
 * the first of each day, of as many days as have one. Ages count from the newest snapshot and days count where they have one,
 * so that neither a clock that jumps nor saves that fail for weeks make history old. Where the room is less, the newest and
 * the firsts of their days share it; one always stays. Pure.
 */
export function planKeep(found: readonly FoundSnapshot[], rule: KeepRule): KeepPlan {
  const isAhead = ({ takenAtMs }: FoundSnapshot): boolean => isAheadOfTime(takenAtMs, rule.nowMs)
  const sorted = found.toSorted(byAge)
  const ahead = sorted.filter(isAhead)
  const past = sorted.filter((one) => !isAhead(one))
  const kept = new Set(withinBudget(byWorth(past, rule), rule.budgetBytes))
  return { keep: past.filter((one) => kept.has(one)), remove: past.filter((one) => !kept.has(one)), ahead }
}

/** The number of the newest that are taken in the time of which all stay. */
function countOfNewest({ allSeconds, everySeconds }: KeepRule): number {
  return Math.ceil(allSeconds / everySeconds)
}

// Those that the rule keeps, the most precious first: the newest, and by turns the first of a day and the next newest.
function byWorth(past: readonly FoundSnapshot[], rule: KeepRule): readonly FoundSnapshot[] {
  const newestMs = past[0]?.takenAtMs ?? 0
  const recent = past.filter(
    ({ takenAtMs }, index) => index < countOfNewest(rule) || takenAtMs >= newestMs - rule.allSeconds * 1000,
  )
  const firsts = firstOfDays(past).slice(0, Math.ceil((rule.dailySeconds * 1000) / dayMs))
  const turns = Math.max(recent.length, firsts.length)
  const order = Array.from({ length: turns }, (_, index) => [recent[index], firsts[index]]).flat()
  return [...new Set(order)].filter((one) => one !== undefined)
}

// Not the last of each day, which is another one every hour: what is the first of its day stays that.
function firstOfDays(past: readonly FoundSnapshot[]): readonly FoundSnapshot[] {
  const firsts = new Map<number, FoundSnapshot>()
  for (const one of past) firsts.set(Math.floor(one.takenAtMs / dayMs), one)
  return [...firsts.values()]
}

function withinBudget(worth: readonly FoundSnapshot[], budgetBytes: number): readonly FoundSnapshot[] {
  let sum = 0
  const tooMany = worth.findIndex(({ bytes }, index) => {
    sum += bytes
    return index > 0 && sum > budgetBytes
  })
  return tooMany < 0 ? worth : worth.slice(0, tooMany)
}
