import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../../test/support/refusal.ts'
import type { Member } from '../../../etcd/member.ts'
import { formatInitialCluster } from './initial-cluster.ts'

function member(id: bigint, name: string, ...peerUrls: readonly string[]): Member {
  return { id, name, peerUrls, clientUrls: [], isLearner: false, isStarted: name !== '' }
}

describe('formatInitialCluster', () => {
  const own = { id: 9n, name: 'etcd-2' }

  it('names the joiner itself, whom the list has without a name', () => {
    const members = [member(1n, 'etcd-1', 'https://192.0.2.1:2380'), member(9n, '', 'https://[2001:db8::2]:2380')]
    expect(formatInitialCluster(members, own)).toBe('etcd-1=https://192.0.2.1:2380,etcd-2=https://[2001:db8::2]:2380')
  })

  it('lists a member with two URLs twice', () => {
    const members = [member(9n, 'etcd-2', 'https://192.0.2.2:2380', 'https://198.51.100.2:2380')]
    expect(formatInitialCluster(members, own)).toBe('etcd-2=https://192.0.2.2:2380,etcd-2=https://198.51.100.2:2380')
  })

  it('refuses where a member cannot be read: etcd would not start without it in the list', async () => {
    const odd = { ...member(10n, 'etcd-3'), unreadable: [{ kind: 'peer URL', quoted: '"http://x:1"' } as const] }
    const refusal = await refusalOf(() => formatInitialCluster([member(9n, ''), odd], own))
    expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('"http://x:1"') })
    expect(refusal.hint).toContain('signet member remove a')
  })

  it('refuses while another member has no name', async () => {
    const members = [member(9n, '', 'https://192.0.2.2:2380'), member(10n, '', 'https://192.0.2.3:2380')]
    const refusal = await refusalOf(() => formatInitialCluster(members, own))
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toBe('the unstarted member a at https://192.0.2.3:2380 has no name yet')
  })
})
