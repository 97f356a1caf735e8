import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../test/support/sync-refusal.ts'
import { decideMember, findContradiction, type MemberRules, type MemberStanding } from './member-policy.ts'

const own = '192.0.2.2'
const other = '192.0.2.7'
const nowMs = Date.UTC(2031, 0, 1)

interface Situation extends Partial<MemberRules>, Partial<MemberStanding> {
  readonly listed?: readonly string[] | null
  readonly name?: string
}

/** Whether `etcd-2` at 192.0.2.2 gets the full lifetime, in a situation that is ordinary but for what is given. */
function isFull({ listed = [], name = 'etcd-2', ...change }: Situation): boolean {
  const { joins = 'open', members = {}, holder, reservedFor, hasRoom = true } = change
  const listedAddresses = listed === null ? null : [...listed]
  return decideMember(
    { ask: 'member', name, address: own, csr: '', listedAddresses },
    { rules: { joins, members }, standing: { holder, reservedFor, hasRoom }, nowMs },
  )
}

function refusal(situation: Situation) {
  const error = syncRefusalOf(() => isFull(situation))
  expect(error.code).toBe('refused')
  return error
}

describe('the full lifetime', () => {
  it("takes a place in etcd's list and a journal without another holder", () => {
    expect(isFull({ listed: [own] })).toBe(true)
    expect(isFull({ listed: [own], holder: own })).toBe(true)
    expect(isFull({ listed: [] })).toBe(false)
    expect(isFull({ listed: [], holder: own })).toBe(false)
  })

  it("is not to be had by an edit of etcd's list, where the journal knows another holder", () => {
    expect(isFull({ listed: [own], holder: other })).toBe(false)
    expect(isFull({ listed: [other, own], holder: other })).toBe(false)
  })

  it('is not given while etcd is silent, though the journal knows the asker as the holder', () => {
    expect(isFull({ listed: null, holder: own })).toBe(false)
  })

  it('is given to a pair of signet.yaml, whatever etcd and the journal say and whether joins are open or not', () => {
    for (const joins of ['open', 'closed']) {
      for (const listed of [null, [], [other]]) {
        const situation = { listed, holder: other, reservedFor: other, joins, hasRoom: false }
        expect(isFull({ ...situation, members: { 'etcd-2': own } })).toBe(true)
        expect(isFull({ ...situation, name: 'etcd-B', members: { 'etcd-b': own } })).toBe(true)
      }
    }
  })

  it('is not given where no further holder could be remembered', () => {
    expect(isFull({ listed: [own], hasRoom: false })).toBe(false)
  })
})

describe('a name of somebody else', () => {
  it('is refused where etcd lists it at another address alone', () => {
    expect(refusal({ listed: [other] }).message).toContain(other)
    expect(refusal({ listed: [other, '192.0.2.8'] }).message).toContain('192.0.2.8')
  })

  it('is refused by the journal while etcd is silent, and by it alone', () => {
    const { message, hint } = refusal({ listed: null, holder: other })
    expect(message).toContain(other)
    expect(hint).toContain('signet joins release etcd-2')
    expect(isFull({ listed: null })).toBe(false)
  })

  it('is given for the short lifetime once etcd lists it nowhere, so that a replacement can join', () => {
    expect(isFull({ listed: [], holder: other })).toBe(false)
  })

  it('is refused to all but its address where signet.yaml lists it, in whatever case', () => {
    for (const listed of [null, [], [own]]) {
      const { message, hint } = refusal({ listed, members: { 'etcd-2': other } })
      expect(message).toContain('signet.yaml')
      expect(hint).toContain('signet joins release etcd-2')
      expect(refusal({ listed, name: 'etcd-B', members: { 'etcd-b': other } }).message).toContain(other)
    }
  })

  it('is refused while it is reserved for another address, with etcd up as well', () => {
    for (const listed of [null, []]) {
      const { message, hint } = refusal({ listed, reservedFor: other })
      expect(message).toContain(`reserved for "${other}"`)
      expect(hint).toContain('ten minutes')
      expect(isFull({ listed, reservedFor: own })).toBe(false)
    }
  })

  it('is not kept by a reservation from the address that etcd lists, nor from its holder', () => {
    expect(isFull({ listed: [own], reservedFor: other })).toBe(true)
    expect(isFull({ listed: [], holder: own, reservedFor: other })).toBe(false)
    expect(isFull({ listed: null, holder: own, reservedFor: other })).toBe(false)
  })
})

describe('a member that etcd was told lies about', () => {
  it('still gets a certificate for its own name, as long as the journal knows it for the holder', () => {
    expect(isFull({ listed: [other], holder: own })).toBe(false)
  })
})

describe('findContradiction', () => {
  const find = (listed: string[] | null, holder: string | undefined) => {
    const question = { ask: 'member', name: 'etcd-2', address: own, csr: '', listedAddresses: listed } as const
    return findContradiction(question, holder)
  }

  it('tells where etcd and the journal name different addresses, and one of them asks', () => {
    expect(find([own], other)).toContain('the journal')
    expect(find([other], own)).toContain('etcd lists')
  })

  it('finds nothing where they agree, or one of them says nothing', () => {
    for (const listed of [[own], [own, other], [], null]) expect(find(listed, own)).toBeUndefined()
    for (const listed of [[own], [], null]) expect(find(listed, undefined)).toBeUndefined()
  })
})

describe('joins that are closed', () => {
  it('turn away every pair that signet.yaml does not list, holders and listed ones too', () => {
    for (const situation of [{}, { listed: [own] }, { listed: [own], holder: own }, { listed: null }]) {
      const { message, hint } = refusal({ ...situation, joins: 'closed', members: { 'etcd-1': other } })
      expect(message).toContain('joins are closed')
      expect(hint).toContain('signet joins open')
    }
  })

  it('were open until the time that signet.yaml names', () => {
    const at = (timeMs: number) => new Date(timeMs).toISOString()
    expect(isFull({ listed: [own], joins: at(nowMs + 1) })).toBe(true)
    refusal({ listed: [own], joins: at(nowMs) })
  })
})
