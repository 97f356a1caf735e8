import type { InspectedSnapshots } from '../../../src/diagnosis/inspect/snapshots/inspect-snapshots.ts'
import { parseSnapshotConfig } from '../../../src/host/snapshots/snapshot-config.ts'
import { snapshotName } from '../../../src/host/snapshots/snapshot-name.ts'
import type { ActState } from '../../../src/host/snapshots/snapshot-state.ts'

const minuteMs = 60_000

/** A member that copies its snapshots, and whose last act of each kind went well, a few minutes ago. */
export function wellSnapshotFacts(nowMs: number): InspectedSnapshots {
  const state = doneAct(nowMs - 10 * minuteMs)
  return {
    config: parseSnapshotConfig('copy: /usr/local/bin/copy-away\nfetch: /usr/local/bin/fetch-back', 'a test'),
    state: { save: state, copy: state, fetch: state, drill: state },
    kept: { names: new Set([state.lastSuccess?.snapshot ?? '']), bytes: 25 * 1024 ** 2 },
    room: { freeBytes: 8 * 1024 ** 3, reservedBytes: 4 * 1024 ** 3 },
    sinceMs: nowMs - 90 * 86_400_000,
  }
}

/** An act that went well at this time. */
export function doneAct(atMs: number): ActState {
  const time = new Date(atMs).toISOString()
  return {
    lastTry: { time, failure: null },
    lastSuccess: {
      ...{ time, snapshot: snapshotName(0x123abcd4567ef89n, 421_337n, atMs), takenAt: time, revision: '421337' },
      ...{ bytes: 25 * 1024 ** 2, durationMs: 812, sha256: '0'.repeat(64) },
    },
  }
}

/** The same, after which it was tried again in vain. */
export function failedAct(failedAtMs: number, { lastSuccess }: Pick<ActState, 'lastSuccess'>): ActState {
  return { lastTry: { time: new Date(failedAtMs).toISOString(), failure: 'etcd does not answer' }, lastSuccess }
}
