import type { ActSuccess, SnapshotAct } from '../../host/snapshots/snapshot-state.ts'
import { roomOf } from '../describe-snapshots.ts'
import { type ExpectedAct, listExpectedActs } from '../expected-acts.ts'
import type { InspectedSnapshots } from '../inspect/snapshots/inspect-snapshots.ts'
import { sample, time } from './describe-value.ts'
import type { Sample } from './sample.ts'

/** A member's series of snapshots: of what it is to do alone, so that nothing is missed that nobody asked for. Pure. */
export function describeSnapshotMetrics(snapshots: InspectedSnapshots | undefined): readonly Sample[] {
  if (snapshots === undefined) return []
  const { sinceMs, kept, room } = snapshots
  return [
    ...time('signet_member_since_timestamp_seconds', sinceMs),
    ...listExpectedActs(snapshots).flatMap(describeAct),
    ...(kept === undefined
      ? []
      : [sample('signet_snapshots_kept', kept.names.size), sample('signet_snapshots_kept_bytes', kept.bytes)]),
    ...(room === undefined ? [] : [sample('signet_snapshots_room_bytes', roomOf(room))]),
  ]
}

function describeAct({ act, everySeconds, state }: ExpectedAct): readonly Sample[] {
  const expected = sample('signet_snapshot_period_seconds', everySeconds, act)
  if (state === undefined) return [expected]
  const { lastTry, lastSuccess } = state
  return [
    expected,
    ...time('signet_snapshot_last_try_timestamp_seconds', Date.parse(lastTry.time), act),
    sample('signet_snapshot_failed', lastTry.failure === null ? 0 : 1, act),
    ...(lastSuccess === null ? [] : describeSuccess(lastSuccess, act)),
  ]
}

function describeSuccess(success: ActSuccess, act: SnapshotAct): readonly Sample[] {
  return [
    ...time('signet_snapshot_last_success_timestamp_seconds', Date.parse(success.time), act),
    ...time('signet_snapshot_taken_timestamp_seconds', Date.parse(success.takenAt), act),
    sample('signet_snapshot_duration_seconds', success.durationMs / 1000, act),
    sample('signet_snapshot_revision', Number(success.revision), act),
    sample('signet_snapshot_bytes', success.bytes, act),
  ]
}
