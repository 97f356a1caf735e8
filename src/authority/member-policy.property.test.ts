import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IssuedCertificate } from './journal/issued-line.ts'
import { JournalMemory } from './journal/journal-memory.ts'
import { decideMember, type MemberRules } from './member-policy.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const addresses = ['192.0.2.1', '192.0.2.2', '2001:db8::1']
const names = ['etcd-a', 'etcd-A', 'etcd-b']
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

interface Ask {
  readonly afterMs: number
  readonly name: string
  readonly address: string
  readonly listedAddresses: string[] | null
}

// Whoever edits etcd's list can have any of these.
const anyAsk: fc.Arbitrary<Ask> = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 12 * minuteMs }), fc.integer({ min: 0, max: 60 * dayMs })),
  name: fc.constantFrom(...names),
  address: fc.constantFrom(...addresses),
  listedAddresses: fc.option(fc.subarray(addresses)),
})
const anyRules: fc.Arbitrary<MemberRules> = fc.record({
  joins: fc.constantFrom('open', 'open', 'closed'),
  members: fc.constantFrom<MemberRules['members'][]>({}, {}, { 'etcd-B': '192.0.2.2' }),
})

interface Granted extends IssuedCertificate {
  readonly holds: boolean
}

/** What a run of questions was given; undefined for a refusal. Nothing else than the memory and the decision takes part. */
function play(asks: readonly Ask[], rules: MemberRules): readonly { ask: Ask; nowMs: number; granted?: Granted }[] {
  const { members } = new JournalMemory(dayMs / 1000)
  let nowMs = Date.UTC(2031, 0, 1)
  return asks.map((ask) => {
    nowMs += ask.afterMs
    const { name, address, listedAddresses } = ask
    const standing = {
      holder: members.holder(name, nowMs)?.address,
      reservedFor: members.reservation(name, nowMs)?.address,
      hasRoom: members.hasRoom(name, address, nowMs),
    }
    try {
      const question = { ask: 'member', name, address, csr: '', listedAddresses } as const
      const holds = decideMember(question, { rules, standing, nowMs })
      const expiryMs = nowMs + (holds ? 90 : 1) * dayMs
      const granted = { timeMs: nowMs, address, name, serial: '', publicKeySha256: '', expiryMs, holds }
      members.add(granted, holds)
      return { ask, nowMs, granted }
    } catch {
      return { ask, nowMs }
    }
  })
}

describe('whatever is asked, and whatever etcd lists,', () => {
  const anyPlay = fc.tuple(fc.array(anyAsk, { maxLength: 30 }), anyRules)

  /** Tries a claim about each outcome and what was granted before it. */
  function always(
    claim: (one: ReturnType<typeof play>[number], before: readonly Granted[], rules: MemberRules) => void,
  ) {
    fc.assert(
      fc.property(anyPlay, ([asks, rules]) => {
        const outcomes = play(asks, rules)
        for (const [index, one] of outcomes.entries()) {
          claim(
            one,
            outcomes.slice(0, index).flatMap(({ granted }) => granted ?? []),
            rules,
          )
        }
      }),
      { numRuns: 500 },
    )
  }
  const listedPair = ({ listedAddresses, address }: Ask) => listedAddresses?.includes(address) === true
  const configured = ({ members }: MemberRules, name: string) =>
    Object.entries(members).find(([given]) => isSame(given, name))?.[1]

  it('no two addresses have unexpired certificates of the full lifetime for one name', () => {
    always(({ granted, nowMs }, before) => {
      if (granted?.holds !== true) return
      const others = before.filter(({ name, address }) => isSame(name, granted.name) && address !== granted.address)
      expect(others.filter(({ holds, expiryMs }) => holds && expiryMs > nowMs)).toEqual([])
    })
  })

  it('nobody gets the full lifetime whom neither etcd nor signet.yaml lists', () => {
    always(({ ask, granted }, _, rules) => {
      if (granted?.holds === true) expect(listedPair(ask) || configured(rules, ask.name) === ask.address).toBe(true)
    })
  })

  it('no holder is refused its own name while joins are open', () => {
    always(({ ask, granted, nowMs }, before, rules) => {
      const held = before.findLast(({ name, holds }) => holds && isSame(name, ask.name))
      if (rules.joins !== 'open' || held?.address !== ask.address || held.expiryMs <= nowMs) return
      expect(granted).toBeDefined()
    })
  })

  it('with joins closed only the pairs of signet.yaml get anything', () => {
    always(({ ask, granted }, _, rules) => {
      if (rules.joins === 'closed') expect(granted !== undefined).toBe(configured(rules, ask.name) === ask.address)
    })
  })

  it('of those that nobody lists and that hold nothing one alone gets a name within ten minutes', () => {
    always(({ ask, granted, nowMs }, before, rules) => {
      if (granted === undefined || listedPair(ask) || configured(rules, ask.name) !== undefined) return
      const recent = before.filter(({ name, timeMs }) => isSame(name, ask.name) && timeMs > nowMs - 10 * minuteMs)
      const holds = before.some((one) => one.holds && isSame(one.name, ask.name) && one.address === ask.address)
      // The first short one of these minutes kept the name, unless an earlier one still did.
      const [first] = recent
      const earlier = before.some(
        ({ name, timeMs, holds: full }) =>
          !full && isSame(name, ask.name) && timeMs > nowMs - 20 * minuteMs && timeMs <= nowMs - 10 * minuteMs,
      )
      if (holds || earlier || first === undefined || first.holds) return
      expect(first.address).toBe(ask.address)
    })
  })
})
