import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { Member } from '../../etcd/member.ts'
import { isNeeded, planRelease, type ReleaseFacts, refuseMember } from './plan-release.ts'

const [since, expiry] = ['2031-01-01T00:00:00.000Z', '2031-04-01T00:00:00.000Z']
const nothing: ReleaseFacts = { known: { holders: [], reserved: [] }, configured: [], listed: [] }
const held = { holders: [{ name: 'etcd-3', address: '192.0.2.13', since, expiry }], reserved: [] }

function listed(address: string): readonly Member[] {
  const urls = { peerUrls: [`https://${address}:2380`], clientUrls: [`https://${address}:2379`] }
  return [{ id: 3n, name: 'etcd-3', ...urls, isLearner: false, isStarted: true }]
}

describe('planRelease', () => {
  it('ends who holds the name of a member that is gone, in any case, and takes its pair out of signet.yaml', () => {
    const configured = [{ name: 'etcd-3', address: '192.0.2.13' }]
    const plan = planRelease('etcd-3', { ...nothing, known: held, configured })
    expect(plan).toMatchObject({ held: { address: '192.0.2.13' }, pair: { address: '192.0.2.13' } })
    const upper = { ...held, holders: [{ name: 'etcd-X', address: '192.0.2.13', since, expiry }] }
    expect(planRelease('etcd-x', { ...nothing, known: upper }).held).toBeDefined()
  })

  it('ends a reservation', () => {
    const reserved = [{ name: 'etcd-3', address: '192.0.2.13', until: expiry }]
    expect(isNeeded(planRelease('etcd-3', { ...nothing, known: { holders: [], reserved } }))).toBe(true)
  })

  it('has nothing to do where nobody holds the name, and writes the line where that is not known', () => {
    expect(isNeeded(planRelease('etcd-3', nothing))).toBe(false)
    expect(isNeeded(planRelease('etcd-3', { ...nothing, known: undefined }))).toBe(true)
  })

  it('leaves what etcd lists alone: a member that moved keeps its pair, and its old address loses the name', () => {
    const configured = [{ name: 'etcd-3', address: '192.0.2.23' }]
    const plan = planRelease('etcd-3', { known: held, configured, listed: listed('192.0.2.23') })
    expect(plan).toMatchObject({ held: { address: '192.0.2.13' }, pair: undefined })
  })

  it('ends nothing of a member of the cluster, and a release that would do nothing else is refused', async () => {
    const configured = [{ name: 'etcd-3', address: '192.0.2.13' }]
    const plan = planRelease('etcd-3', { known: held, configured, listed: listed('192.0.2.13') })
    expect(isNeeded(plan)).toBe(false)
    expect(await refusalOf(() => refuseMember(plan))).toMatchObject({
      code: 'refused',
      hint: 'take it out first: signet member remove etcd-3',
    })
    expect(() => refuseMember(planRelease('etcd-3', nothing))).not.toThrow()
  })

  it('leaves a member its name where another address has that reserved: a line would end both', async () => {
    const reserved = [{ name: 'etcd-3', address: '192.0.2.66', until: expiry }]
    const known = { ...held, reserved }
    const plan = planRelease('etcd-3', { ...nothing, known, listed: listed('192.0.2.13') })
    expect(plan).toMatchObject({ held: undefined, member: { address: '192.0.2.13' } })
    expect(await refusalOf(() => refuseMember(plan))).toMatchObject({ code: 'refused' })
    expect(planRelease('etcd-3', { ...nothing, known }).held).toMatchObject({ address: '192.0.2.13' })
  })

  it('writes the line where the authority knows more reservations than it tells', () => {
    const reserved = Array.from({ length: 64 }, (_, index) => {
      return { name: `etcd-x${index}`, address: '192.0.2.66', until: expiry }
    })
    const release = (some: typeof reserved): boolean =>
      isNeeded(planRelease('etcd-3', { ...nothing, known: { holders: [], reserved: some } }))
    expect(release(reserved)).toBe(true)
    expect(release(reserved.slice(1))).toBe(false)
  })

  it('says where etcd could not be asked', () => {
    expect(planRelease('etcd-3', { ...nothing, known: held, listed: undefined })).toMatchObject({
      held: { address: '192.0.2.13' },
      isListKnown: false,
    })
  })

  it.each(['kubemaster-1', 'etcd-3\n', ''])('refuses %j, which is no name of a member', async (name) => {
    expect(await refusalOf(() => planRelease(name, nothing))).toMatchObject({ code: 'usage' })
  })
})
