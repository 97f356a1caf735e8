import { describe, expect, it } from 'vitest'
import { SignetError } from '../core/signet-error.ts'
import { formatPeers, formatTopology } from './format-topology.ts'
import type { Member } from './list-members.ts'

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

describe('formatPeers', () => {
  it('names the client URLs of started voting members, one a line', () => {
    const learner = member(3, { isLearner: true })
    const unstarted = member(4, { name: '', clientUrls: [], isStarted: false })
    expect(formatPeers([member(1), member(2), learner, unstarted])).toBe(
      'https://192.0.2.1:2379\nhttps://192.0.2.2:2379\n',
    )
  })
})

describe('formatTopology', () => {
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
