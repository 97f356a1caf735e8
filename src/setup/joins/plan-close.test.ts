import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Member } from '../../etcd/member.ts'
import { type KnownMembers, planClose } from './plan-close.ts'

const since = '2031-01-01T00:00:00.000Z'
const nothing: KnownMembers = { configured: [], holders: [] }

function member(id: number, change: Partial<Member> = {}): Member {
  const [peerUrls, clientUrls] = [[`https://192.0.2.1${id}:2380`], [`https://192.0.2.1${id}:2379`]]
  return { id: BigInt(id), name: `etcd-${id}`, peerUrls, clientUrls, isLearner: false, isStarted: true, ...change }
}

function holder(id: number, address = `192.0.2.1${id}`) {
  return { name: `etcd-${id}`, address, since }
}

function reasonOf(odd: Member, known: Partial<KnownMembers> = {}): string | undefined {
  const { rows, added } = planClose([member(1), odd], { ...nothing, ...known })
  expect(added.map(({ name }) => name)).toEqual(['etcd-1'])
  return rows.find(({ isTaken }) => !isTaken)?.reason
}

describe('planClose', () => {
  it('takes the voters that nothing speaks against, each with its first line of the journal', () => {
    const plan = planClose([member(2), member(1)], { ...nothing, holders: [holder(1)] })
    expect(plan.rows).toEqual([
      { name: 'etcd-1', address: '192.0.2.11', since, isTaken: true },
      { name: 'etcd-2', address: '192.0.2.12', since: null, isTaken: true },
    ])
    expect(plan.added).toEqual([
      { name: 'etcd-1', address: '192.0.2.11' },
      { name: 'etcd-2', address: '192.0.2.12' },
    ])
    expect(plan.voters).toBe(2)
  })

  it('takes the address that the journal knows, where somebody has added another', () => {
    const odd = member(2, { peerUrls: ['https://192.0.2.99:2380', 'https://192.0.2.12:2380'] })
    expect(planClose([odd], { ...nothing, holders: [holder(2)] }).added).toEqual([
      { name: 'etcd-2', address: '192.0.2.12' },
    ])
  })

  it.each<[string, Member, Partial<KnownMembers>, RegExp]>([
    ['a learner', member(2, { isLearner: true }), {}, /^it is a learner/],
    ['a member that has not started', member(2, { name: '', isStarted: false }), {}, /^it has not started yet$/],
    ['a name that no certificate can have', member(2, { name: 'infra2' }), {}, /^its name is not etcd-<id>$/],
    [
      'a member of which something cannot be read',
      member(2, { unreadable: [{ kind: 'peer URL', quoted: '"http://192.0.2.12:2380"' }] }),
      {},
      /^etcd lists it with the peer URL "http/,
    ],
    [
      'a member at two addresses of which the journal knows none',
      member(2, { peerUrls: ['https://192.0.2.12:2380', 'https://192.0.2.99:2380'] }),
      {},
      /^etcd lists it at several addresses$/,
    ],
    ['a member without an address', member(2, { peerUrls: ['https://two.example.org:2380'] }), {}, /no IP address$/],
    [
      'a pair whose name the journal has at another address',
      member(2),
      { holders: [holder(2, '192.0.2.99')] },
      /^the journal has 192\.0\.2\.99 under this name since 2031-.*: signet joins release etcd-2$/,
    ],
    [
      'such a pair in another case',
      member(2, { name: 'etcd-X' }),
      { holders: [{ name: 'etcd-x', address: '192.0.2.99', since }] },
      /^the journal has 192\.0\.2\.99/,
    ],
    [
      'a name that signet.yaml has at another address',
      member(2),
      { configured: [{ name: 'etcd-2', address: '192.0.2.99' }] },
      /^signet\.yaml has it at 192\.0\.2\.99/,
    ],
  ])('leaves out %s', (_, odd, known, reason) => {
    expect(reasonOf(odd, known)).toMatch(reason)
  })

  it('takes neither of two members of one name', () => {
    const { added } = planClose([member(1), member(2, { name: 'etcd-X' }), member(3, { name: 'etcd-x' })], nothing)
    expect(added).toEqual([{ name: 'etcd-1', address: '192.0.2.11' }])
  })

  it('adds nothing that signet.yaml has, and names what etcd does not list', () => {
    const configured = [
      { name: 'etcd-1', address: '192.0.2.11' },
      { name: 'etcd-9', address: '192.0.2.19' },
    ]
    const plan = planClose([member(1)], { ...nothing, configured })
    expect(plan).toMatchObject({ added: [], unlisted: [configured[1]] })
    expect(plan.rows[0]?.isTaken).toBe(true)
  })

  it('never fills signet.yaml beyond what it may hold', () => {
    const configured = Array.from({ length: 63 }, (_, id) => ({ name: `etcd-old-${id}`, address: '192.0.2.99' }))
    const plan = planClose([member(1), member(2)], { ...nothing, configured })
    expect(plan.added).toEqual([{ name: 'etcd-1', address: '192.0.2.11' }])
    expect(plan.rows[1]).toMatchObject({ isTaken: false, reason: 'signet.yaml holds 64 pairs' })
  })

  it('takes no pair that the journal contradicts, whatever anybody has written into the list of etcd', () => {
    const anyMember = fc.record({
      id: fc.integer({ min: 1, max: 4 }),
      address: fc.integer({ min: 1, max: 4 }),
      isLearner: fc.boolean(),
      isStarted: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(anyMember, { maxLength: 6 }), (all) => {
        const members = all.map(({ id, address, isStarted, isLearner }) =>
          member(id, {
            name: isStarted ? `etcd-${id}` : '',
            peerUrls: [`https://192.0.2.1${address}:2380`],
            isLearner,
            isStarted,
          }),
        )
        const holders = [holder(1), holder(2)]
        const { added } = planClose(members, { configured: [], holders })
        for (const pair of added) {
          expect([
            ...holders.filter(({ name }) => name === pair.name).map(({ address }) => address),
            pair.address,
          ]).toEqual(holders.some(({ name }) => name === pair.name) ? [pair.address, pair.address] : [pair.address])
          expect(members.some(({ name, isLearner }) => name === pair.name && !isLearner)).toBe(true)
        }
        expect(new Set(added.map(({ name }) => name)).size).toBe(added.length)
      }),
    )
  })
})
