import { isAheadOfTime } from '../../host/snapshots/ahead-of-time.ts'
import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'

/** What is there, and what of it has left the host. */
export interface CopyFacts {
  /** Names of files in the directory of snapshots, those of others among them. */
  readonly names: readonly string[]
  readonly copied: ReadonlySet<string>
  readonly nowMs: number
}

/** In one run: what waits behind a slow link must not keep the next newest one waiting. What is not whole does not count. */
export const mostAtOnce = 3
/** What is older than this against the newest is history: it is copied where somebody names it. */
const oldestMs = 24 * 3600_000

/**
 * Which snapshots are to be copied, the newest first: that one counts on the worst day. After a night without the place of
 * the copies what was missed follows, a few a run; what was there before anybody wanted copies does not. What a clock that was
 * ahead has named is no news: it would pass for the newest for as long as that clock was ahead, and nothing else would leave. Pure.
 */
export function planCopies({ names, copied, nowMs }: CopyFacts): readonly string[] {
  const timed = newestFirst(names, nowMs)
  const newestMs = timed[0]?.takenAtMs ?? 0
  const recent = timed.filter(({ takenAtMs }) => takenAtMs > newestMs - oldestMs)
  return recent.flatMap(({ name }) => (copied.has(name) ? [] : [name]))
}

/** Those that are snapshots by their names, and not named for the future, the newest first. Pure. */
export function newestFirst(names: Iterable<string>, nowMs: number): readonly TimedName[] {
  return [...names]
    .map((name) => ({ name, takenAtMs: parseSnapshotName(name)?.takenAtMs ?? Number.NaN }))
    .filter(({ takenAtMs }) => !Number.isNaN(takenAtMs) && !isAheadOfTime(takenAtMs, nowMs))
    .toSorted((a, b) => b.takenAtMs - a.takenAtMs)
}

interface TimedName {
  readonly name: string
  readonly takenAtMs: number
}
