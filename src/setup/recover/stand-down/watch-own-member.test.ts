import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemberStatus } from '../../../etcd/member-status.ts'
import { judgeLooks } from './watch-own-member.ts'

const status = { raftLeader: 0n } as MemberStatus
type Looks = Parameters<typeof judgeLooks>[0]
const states = ['well', 'alone', 'mute', 'stopped', 'claims', 'unclear'] as const
type State = (typeof states)[number]

const looksOf = (...each: readonly State[]): Looks =>
  each.map((state, second) => ({ state, status: state === 'alone' ? status : undefined, atMs: second * 1000 }))

describe('what a member does by how it has looked', () => {
  it.each<[string, readonly State[], string | undefined]>([
    ['one proof of a quorum is enough', ['alone', 'alone', 'well'], 'well'],
    ['one that does not run is stopped at once', ['stopped'], 'stopped'],
    ['without a Raft leader it is watched on', ['alone', 'alone', 'alone'], undefined],
    ['without a Raft leader for long enough it is alone', ['alone', 'alone', 'alone', 'alone'], 'alone'],
    [
      'an election that was won in between begins the time anew',
      ['alone', 'alone', 'alone', 'claims', 'alone'],
      undefined,
    ],
    ['one that answers now and then is alone', ['alone', 'mute', 'alone', 'mute'], 'alone'],
    ['one that never answers is mute', ['mute', 'mute', 'mute', 'mute'], 'mute'],
    ['one that starts is watched on', ['mute', 'mute', 'mute', 'mute', 'unclear'], undefined],
    ['a Raft leader that it claims for long counts', ['claims', 'claims', 'claims', 'claims'], 'well'],
    ['a Raft leader that it claims for a second does not', ['claims', 'claims'], undefined],
    ['nothing is known before it was looked at', [], undefined],
  ])('%s', (_, looks, state) => {
    expect(judgeLooks(looksOf(...looks), 3000)?.state).toBe(state)
  })

  it('nothing is said to be alone that had a Raft leader within the time', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 12 }), (each) => {
        const seen = judgeLooks(looksOf(...each), 3000)
        if (seen?.state !== 'alone' && seen?.state !== 'mute') return
        expect(each.slice(-4).every((state) => state === 'alone' || state === 'mute')).toBe(true)
      }),
    )
  })
})
