import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildWal, v2Request, v3Request, type WalEntry } from '../../../test/support/etcd/build-wal.ts'
import { LogTail } from './log-tail.ts'
import { WalFrames } from './wal-frames.ts'

const nothing = new Uint8Array()

function count(entries: readonly WalEntry[], beyond: number): number {
  const tail = new LogTail(beyond)
  new WalFrames().push(buildWal(entries), tail.visit)
  return tail.writes
}

describe('what stands in the log alone', () => {
  it('are the writes beyond what the database has, and neither empty entries nor changes of members', () => {
    const entries: readonly WalEntry[] = [
      { index: 1, data: v3Request },
      { index: 2, data: v3Request },
      { commit: 2 },
      { index: 3, data: nothing },
      { index: 4, data: v3Request, isConfChange: true },
      { index: 5, data: v3Request },
      { index: 6, data: v2Request('PUT', '/0/version') },
    ]
    expect([0, 1, 2, 4, 5, 6, 9].map((beyond) => count(entries, beyond))).toEqual([3, 2, 1, 1, 0, 0, 0])
  })

  it('agrees with a naive reader where another Raft leader replaced what was there', () => {
    const step = fc.record({ back: fc.nat(3), isWrite: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(20), (steps, wanted) => {
        let log: boolean[] = []
        // What the database has is committed, and never replaced.
        const beyond = Math.min(wanted, steps.length)
        const entries = steps.map(({ back, isWrite }, place) => {
          const from = place < beyond ? log.length : Math.max(beyond, log.length - back)
          log = [...log.slice(0, from), isWrite]
          return { index: log.length, data: isWrite ? v3Request : nothing }
        })
        expect(count(entries, beyond)).toBe(log.slice(beyond).filter(Boolean).length)
      }),
    )
  })
})
