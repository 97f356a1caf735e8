import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { SignetError } from '../../core/signet-error.ts'
import { takeRaftSnapshot } from './take-raft-snapshot.ts'

/** An etcd that takes a raft snapshot after so many entries; each of the first so many is refused. */
function etcdOf({ snapshotCount, refused = 0 }: { snapshotCount: number; refused?: number }) {
  let entries = 0
  let left = refused
  let atOnce = 0
  const seen = { most: 0, told: [] as number[] }
  return {
    seen,
    pass: async () => {
      atOnce += 1
      seen.most = Math.max(seen.most, atOnce)
      await Promise.resolve()
      atOnce -= 1
      left -= 1
      if (left >= 0) throw new SignetError('try-later', 'an election')
      entries += 1
    },
    readSnapshotIndex: async () => Math.floor(entries / snapshotCount) * snapshotCount,
    time: { now: () => entries },
    tell: (sent: number) => void seen.told.push(sent),
    refuseInterrupted: () => {},
  }
}

const order = { index: 50, mostEntries: 120_000 }

describe('takeRaftSnapshot', () => {
  it('sends entries, some at a time, until the snapshot is there, and tells how many', async () => {
    const etcd = etcdOf({ snapshotCount: 10_000 })
    expect(await takeRaftSnapshot(etcd, order)).toEqual({ entries: 10_000, durationMs: 10_000 })
    expect(etcd.seen.told.at(-1)).toBe(10_000)
    expect(etcd.seen.most).toBeLessThanOrEqual(32)
  })

  it('sends none where it is there', async () => {
    const etcd = etcdOf({ snapshotCount: 10_000 })
    expect(await takeRaftSnapshot(etcd, { ...order, index: 0 })).toEqual({ entries: 0, durationMs: 0 })
    expect(etcd.seen.most).toBe(0)
  })

  it('gives up where it does not come, and where etcd refuses again and again', async () => {
    const never = await refusalOf(takeRaftSnapshot(etcdOf({ snapshotCount: 10 ** 9 }), order))
    expect(never).toMatchObject({ code: 'try-later', message: 'etcd took no raft snapshot after 120000 entries' })
    const refusing = etcdOf({ snapshotCount: 1000, refused: 10 ** 9 })
    expect((await refusalOf(takeRaftSnapshot(refusing, order))).message).toBe('an election')
    expect(await takeRaftSnapshot(etcdOf({ snapshotCount: 1000, refused: 15 }), order)).toMatchObject({ entries: 2000 })
  })

  it('ends where it is interrupted', async () => {
    const refuseInterrupted = () => {
      throw new SignetError('try-later', 'the run was interrupted')
    }
    const etcd = { ...etcdOf({ snapshotCount: 10_000 }), refuseInterrupted }
    expect((await refusalOf(takeRaftSnapshot(etcd, order))).message).toBe('the run was interrupted')
  })
})
