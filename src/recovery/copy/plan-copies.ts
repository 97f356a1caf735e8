import { parseSnapshotName } from '../../host/snapshots/snapshot-name.ts'

/** What is there, and what of it has left the host. */
export interface CopyFacts {
  /** Names of files in the directory of snapshots, those of others among them. */
  readonly names: readonly string[]
  readonly copied: ReadonlySet<string>
}

/** In one run: what waits behind a slow link must not keep the next newest one waiting. */
const mostAtOnce = 3
/** What is older than this against the newest is history: it is copied where somebody names it. */
const oldestMs = 24 * 3600_000

/**
 * Which snapshots are copied next, the newest first: that one counts on the worst day. After a night without the place of
 * the copies what was missed follows, a few a run; what was there before anybody wanted copies does not.
 */
export function planCopies({ names, copied }: CopyFacts): readonly string[] {
  const timed = names
    .flatMap((name) => ({ name, takenAtMs: parseSnapshotName(name)?.takenAtMs ?? Number.NaN }))
    .filter(({ takenAtMs }) => !Number.isNaN(takenAtMs))
    .toSorted((a, b) => b.takenAtMs - a.takenAtMs)
  const newestMs = timed[0]?.takenAtMs ?? 0
  const recent = timed.filter(({ takenAtMs }) => takenAtMs > newestMs - oldestMs)
  return recent.flatMap(({ name }) => (copied.has(name) ? [] : [name])).slice(0, mostAtOnce)
}
