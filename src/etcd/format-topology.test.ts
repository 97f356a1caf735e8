import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { SignetError } from '../core/signet-error.ts'
import { formatPeers, formatTopology } from './format-topology.ts'
import type { Member } from './member.ts'

function member(index: number, change: Partial<Member> = {}): Member {
  return {
    id: BigInt(index),
    name: `etcd-${index}`,
    peerUrls: [`https://192.0.2.${index}:2380`],
    clientUrls: [`https://192.0.2.${index}:2379`],
    isLearner: false,
    isStarted: true,
    ...change,
  }
}

const anyMember = fc
  .record({ index: fc.integer({ min: 1, max: 254 }), isLearner: fc.boolean(), isStarted: fc.boolean() })
  .map(({ index, isLearner, isStarted }) =>
    member(index, { isLearner, isStarted, ...(isStarted ? {} : { name: '', clientUrls: [] }) }),
  )
const anyMembers = fc.uniqueArray(anyMember, { selector: ({ id }) => id, maxLength: 9 })

describe('formatPeers', () => {
  it('has a line for every voter that runs and for nobody else', () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        const lines = formatPeers(members).split('\n')
        expect(lines.pop()).toBe('')
        const voters = members.filter((one) => one.isStarted && !one.isLearner)
        expect(lines).toEqual(voters.map(({ id }) => `https://192.0.2.${id}:2379`))
      }),
    )
  })

  it('names the client URLs of started voting members, one a line', () => {
    const learner = member(3, { isLearner: true })
    const unstarted = member(4, { name: '', clientUrls: [], isStarted: false })
    expect(formatPeers([member(1), member(2), learner, unstarted])).toBe(
      'https://192.0.2.1:2379\nhttps://192.0.2.2:2379\n',
    )
  })
})

describe('formatTopology', () => {
  it('names the member that it cannot repeat, rather than leave it out: the joiner would not start', () => {
    const odd = member(2, { peerUrls: [], unreadable: [{ kind: 'peer URL', quoted: '"http://192.0.2.2:2380"' }] })
    expect(syncRefusalOf(() => formatTopology([member(1), odd]))).toMatchObject({
      code: 'configuration',
      message: 'member 2 is in the way: etcd lists it with the peer URL "http://192.0.2.2:2380"',
      hint: expect.stringContaining('signet member remove 2'),
    })
    expect(formatPeers([member(1), odd])).toBe('https://192.0.2.1:2379\nhttps://192.0.2.2:2379\n')
  })

  it('answers for no list that may have been cut', () => {
    const many = Array.from({ length: 64 }, (_, index) => member(index + 1))
    expect(syncRefusalOf(() => formatTopology(many)).code).toBe('configuration')
    expect(formatTopology(many.slice(1)).split(',')).toHaveLength(63)
  })

  it('can be taken apart again into every member and its peer URL, or is refused', () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        if (members.some(({ isStarted }) => !isStarted)) {
          expect(() => formatTopology(members)).toThrow(SignetError)
          return
        }
        const text = formatTopology(members)
        const parts = text === '' ? [] : text.split(',').map((part) => part.split('='))
        expect(parts).toEqual(members.map(({ name, peerUrls }) => [name, peerUrls[0]]))
      }),
    )
  })

  it('is what --initial-cluster wants, learners and second URLs included', () => {
    const two = member(2, { isLearner: true, peerUrls: ['https://192.0.2.2:2380', 'https://[2001:db8::2]:2380'] })
    expect(formatTopology([member(1), two])).toBe(
      'etcd-1=https://192.0.2.1:2380,etcd-2=https://192.0.2.2:2380,etcd-2=https://[2001:db8::2]:2380',
    )
  })

  it('asks for patience while a member has not started', () => {
    const unstarted = member(2, { name: '', clientUrls: [], isStarted: false })
    try {
      formatTopology([member(1), unstarted])
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(SignetError)
      expect(error).toMatchObject({ code: 'try-later', message: expect.stringContaining('192.0.2.2:2380') })
    }
  })
})
