import { formatBytes } from '../../../core/byte-count.ts'
import { formatDuration } from '../../../core/duration.ts'
import { type Finding, well } from '../../../core/finding.ts'
import type { SnapshotAct } from '../../../host/snapshots/snapshot-state.ts'
import { type ExpectedAct, listExpectedActs } from '../../expected-acts.ts'
import type { InspectedSnapshots } from '../../inspect/snapshots/inspect-snapshots.ts'

/** Clocks of hosts differ by less. */
const aheadMs = 5 * 60_000

interface ActWords {
  readonly check: string
  /** As `the last snapshot was saved`. */
  readonly done: string
  readonly never: string
  readonly why: string
  readonly fix: string
}

const words: Readonly<Record<SnapshotAct, ActWords>> = {
  save: {
    check: 'snapshot-save',
    done: 'the last snapshot was saved',
    never: 'no snapshot was ever saved on this member',
    why: 'what is written since then cannot be brought back from this member',
    fix: 'signet snapshot save; journalctl -u signet-snapshot -n 20',
  },
  copy: {
    check: 'snapshot-copy',
    done: 'the newest snapshot that was copied away from this host was taken',
    never: 'no snapshot was ever copied away from this host',
    why: 'who loses the disk of this host loses what was not copied',
    fix: 'signet snapshot copy; journalctl -u signet-snapshot-stage -u signet-snapshot-copy -n 20',
  },
  fetch: {
    check: 'snapshot-fetch',
    done: 'the last copy was fetched and compared',
    never: 'no copy was ever fetched and compared',
    why: 'whether the copy is still whole is not known',
    fix: 'journalctl -u signet-snapshot-copy -n 20; then: signet snapshot fetch NAME --to=DIR',
  },
  drill: {
    check: 'snapshot-drill',
    done: 'the last snapshot was restored for trial',
    never: 'no snapshot was ever restored for trial',
    why: 'a snapshot that was never restored may turn out to be none',
    fix: 'signet snapshot drill',
  },
}

/** Whether a member's snapshots are fresh, elsewhere too, tried out, and have room. Pure. */
export function judgeSnapshots(snapshots: InspectedSnapshots, nowMs: number): readonly Finding[] {
  if (snapshots.kept === undefined) {
    const what = 'how snapshots go was not read: only root may see them'
    return [{ check: 'snapshot-save', level: 'unknown', what, fix: 'as root: signet status' }]
  }
  return [
    ...judgeConfig(snapshots),
    ...listExpectedActs(snapshots).map((expected) => judgeAct(expected, snapshots, nowMs)),
    ...judgePlaces(snapshots),
    ...judgeNewest(snapshots),
    ...judgeRoom(snapshots),
  ]
}

function judgeConfig({ config }: InspectedSnapshots): readonly Finding[] {
  if (!('failure' in config)) return []
  const { message: what, hint } = config.failure
  const why = 'no snapshot is saved, copied or tried out until it is right'
  return [{ check: 'snapshot-config', level: 'attention', what, why, fix: hint ?? 'man snapshot.yaml' }]
}

function judgeAct(expected: ExpectedAct, { sinceMs }: InspectedSnapshots, nowMs: number): Finding {
  const { act, state, limitSeconds, everySeconds } = expected
  const { check, done, never, why, fix } = words[act]
  const time = freshnessOf(expected)
  const what = time === undefined ? never : `${done} ${time}`
  const atMs = time === undefined ? sinceMs : Date.parse(time)
  const failed = describeFailure(state)
  if (atMs !== undefined && atMs - nowMs > aheadMs) {
    const fix = 'timedatectl; then, with the clock right: signet snapshot save'
    return {
      check,
      level: 'attention',
      what: `${what}, which is in the future`,
      why: 'this clock is wrong, or was',
      fix,
    }
  }
  if (atMs !== undefined && nowMs - atMs > limitSeconds * 1000) {
    const due = `${what}; one is due every ${formatPeriod(everySeconds)}`
    return { check, level: 'attention', what: due, why: failed ?? why, fix }
  }
  // It is tried again within minutes; a drill only after a week.
  if (failed !== undefined) {
    const isWeekly = act === 'drill' || act === 'fetch'
    return { check, level: isWeekly ? 'attention' : 'note', what: failed, why, fix }
  }
  if (time !== undefined) return well(check, what)
  return { check, level: 'note', what: `${never.replace('was ever', 'has been')} yet`, fix }
}

/** Of a copy it counts when that was taken which is elsewhere: old ones may be copied again and again. */
function freshnessOf({ act, state }: ExpectedAct): string | undefined {
  const success = state?.lastSuccess ?? undefined
  return act === 'copy' ? success?.takenAt : success?.time
}

function describeFailure(state: ExpectedAct['state']): string | undefined {
  const { time, failure } = state?.lastTry ?? { time: '', failure: null }
  return failure === null ? undefined : `the last try failed, ${time}: ${failure}`
}

function formatPeriod(seconds: number): string {
  const days = seconds / 86_400
  return Number.isInteger(days) && days > 1 ? `${days} days` : formatDuration(seconds)
}

// Good to know, and no more: some copy /var/lib/signet-snapshots by other means.
function judgePlaces({ config }: InspectedSnapshots): readonly Finding[] {
  if ('failure' in config || config.copy !== undefined) return []
  const what = 'signet copies no snapshot away from this host'
  const why = words.copy.why
  const fix = 'name a program that does, as copy: in /etc/signet/snapshot.yaml; see: man snapshot.yaml'
  return [{ check: 'snapshot-copy', level: 'note', what, why, fix }]
}

function judgeNewest({ state, kept }: InspectedSnapshots): readonly Finding[] {
  const newest = state.save?.lastSuccess?.snapshot
  if (newest === undefined || kept === undefined || kept.names.has(newest)) return []
  const what = `the snapshot that was saved last is not there any more: ${newest}`
  const why = 'somebody has removed it, or its disk was exchanged'
  return [{ check: 'snapshot-file', level: 'attention', what, why, fix: 'signet snapshot save' }]
}

function judgeRoom({ state, room }: InspectedSnapshots): readonly Finding[] {
  const bytes = state.save?.lastSuccess?.bytes
  if (bytes === undefined || room === undefined) return []
  const { freeBytes, reservedBytes } = room
  if (freeBytes - reservedBytes >= 2 * bytes) return []
  const kept = reservedBytes === 0 ? '' : `, of which etcd must keep ${formatBytes(reservedBytes)}`
  const what = `where snapshots are kept ${formatBytes(freeBytes)} are free${kept}, and the last one has ${formatBytes(bytes)}`
  const why = 'the next one may find no room'
  const fix = 'df -h /var/lib/signet-snapshots; then lower keep: or maxBytes: in /etc/signet/snapshot.yaml'
  return [{ check: 'snapshot-room', level: 'attention', what, why, fix }]
}
