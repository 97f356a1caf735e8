import { appendFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatReleaseLine } from '../../src/authority/journal/release-line.ts'
import type { AuthorityAnswer } from '../../src/protocol/authority-message.ts'
import { parseCertificate } from '../../src/x509/parse-certificate.ts'
import { parsePem } from '../../src/x509/pem.ts'
import { clientQuestion, memberQuestion, TestAuthority } from '../support/signer/test-authority.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const [own, attacker] = ['192.0.2.2', '192.0.2.66']
let authority: TestAuthority

beforeEach(async () => {
  authority = new TestAuthority({ clockPolicy: 'check' })
  await authority.start()
})

afterEach(async () => {
  await authority.remove()
})

async function restart(rules = { joins: 'open', members: {} }, afterMs = 0): Promise<void> {
  await authority.stop()
  authority.clock.nowMs += afterMs
  await authority.start({ rules })
}

/** Days that the certificate in an answer lives, or the code of the failure. */
function outcome(answer: AuthorityAnswer | undefined): number | string {
  if (answer === undefined || 'failure' in answer) return answer?.failure.code ?? 'no answer'
  if (!('certificate' in answer)) throw new Error(`no certificate in ${JSON.stringify(answer)}`)
  const { notAfterMs } = parseCertificate(parsePem(answer.certificate, 'CERTIFICATE'))
  return Math.round((notAfterMs - authority.clock.nowMs) / dayMs)
}

async function ask(name: string, address: string, listed: string[] | null): Promise<number | string> {
  const [answer] = await authority.ask(memberQuestion(name, address, listed))
  return outcome(answer)
}

describe('of several that ask for a name at once', () => {
  it.each([
    ['with etcd up', []],
    ['while etcd is silent', null],
  ])('one gets it, %s', async (_what, listed) => {
    const addresses = Array.from({ length: 20 }, (_, index) => `192.0.2.${index + 100}`)
    const answers = await authority.ask(...addresses.map((address) => memberQuestion('etcd-9', address, listed)))
    expect(answers.map(outcome)).toEqual([1, ...Array(19).fill('refused')])
  })

  it('one gets it though they write it in different case', async () => {
    const answers = await authority.ask(
      memberQuestion('etcd-node', own, []),
      memberQuestion('etcd-NODE', attacker, []),
      memberQuestion('etcd-Node', own, []),
    )
    expect(answers.map(outcome)).toEqual([1, 'refused', 1])
  })

  it('one gets the full lifetime though etcd lists them all, and the next one only once that has expired', async () => {
    const listed = [own, attacker]
    const questions = [own, attacker, own].map((address) => memberQuestion('etcd-2', address, listed))
    expect((await authority.ask(...questions)).map(outcome)).toEqual([90, 1, 90])
    authority.clock.nowMs += 90 * dayMs
    expect(await ask('etcd-2', attacker, listed)).toBe(90)
  })
})

describe("an edit of etcd's list by a client certificate", () => {
  beforeEach(async () => {
    expect(await ask('etcd-2', own, [own])).toBe(90)
  })

  it('gives its author no full lifetime for the name of a member, and does not lock that out', async () => {
    expect(await ask('etcd-2', attacker, [attacker])).toBe(1)
    expect(await ask('etcd-2', own, [attacker])).toBe(1)
    expect(await ask('etcd-2', attacker, [own, attacker])).toBe(1)
    expect(await ask('etcd-2', own, [own, attacker])).toBe(90)
  })

  it('that takes the member out of the list does not lock it out either, though the name is reserved by then', async () => {
    expect(await ask('etcd-2', attacker, [])).toBe(1)
    expect(await ask('etcd-2', own, [])).toBe(1)
    expect(await ask('etcd-2', own, [own])).toBe(90)
  })

  it('counts as little after a restart', async () => {
    expect(await ask('etcd-2', attacker, [attacker])).toBe(1)
    await restart()
    expect(await ask('etcd-2', attacker, [attacker])).toBe(1)
    expect(await ask('etcd-2', own, [own])).toBe(90)
  })

  it('opens nothing while etcd is silent', async () => {
    expect(await ask('etcd-2', attacker, null)).toBe('refused')
    expect(await ask('etcd-2', own, null)).toBe(1)
  })
})

describe('a short certificate', () => {
  it('keeps the name for its address for ten minutes, however often it is asked for, over a restart too', async () => {
    for (const minutes of [0, 4, 5]) {
      authority.clock.nowMs += minutes * minuteMs
      expect(await ask('etcd-3', attacker, [])).toBe(1)
    }
    expect(await ask('etcd-3', own, [])).toBe('refused')
    await restart()
    expect(await ask('etcd-3', own, [])).toBe('refused')
    authority.clock.nowMs += minuteMs
    expect(await ask('etcd-3', own, [])).toBe(1)
    expect(await ask('etcd-3', attacker, [])).toBe('refused')
  })

  it('keeps it from no pair that etcd lists', async () => {
    expect(await ask('etcd-3', attacker, [])).toBe(1)
    expect(await ask('etcd-3', own, [own])).toBe(90)
  })

  it('makes nobody the holder, before a restart or after it', async () => {
    expect(await ask('etcd-3', attacker, [])).toBe(1)
    await restart(undefined, 11 * minuteMs)
    const [answer] = await authority.ask({ ask: 'members' })
    expect(answer).toMatchObject({ members: { holders: [], reserved: [] } })
    expect(await ask('etcd-3', own, null)).toBe(1)
  })
})

describe('a member that was removed and comes back elsewhere', () => {
  const elsewhere = '192.0.2.22'

  it('gets the full lifetime once root has released its name in the journal', async () => {
    expect(await ask('etcd-2', own, [own])).toBe(90)
    expect(await ask('etcd-2', elsewhere, [])).toBe(1)
    expect(await ask('etcd-2', elsewhere, [elsewhere])).toBe(1)
    await authority.stop()
    appendFileSync(authority.journalFile, `${formatReleaseLine({ timeMs: authority.clock.nowMs, name: 'etcd-2' })}\n`)
    await authority.start()
    expect(await ask('etcd-2', elsewhere, [elsewhere])).toBe(90)
    expect(await ask('etcd-2', own, [elsewhere])).toBe('refused')
  })

  it('renews short ones without a release, until the old certificate has expired', async () => {
    expect(await ask('etcd-2', own, [own])).toBe(90)
    for (let day = 0; day < 90; day += 30) {
      expect(await ask('etcd-2', elsewhere, [elsewhere])).toBe(1)
      authority.clock.nowMs += 30 * dayMs
    }
    expect(await ask('etcd-2', elsewhere, [elsewhere])).toBe(90)
  })
})

describe('what root has written', () => {
  const members = { 'etcd-2': own }

  it('gives a listed pair the full lifetime with joins closed, and every other a refusal with a hint', async () => {
    await restart({ joins: 'closed', members })
    expect(await ask('etcd-2', own, null)).toBe(90)
    const [answer] = await authority.ask(memberQuestion('etcd-3', own, [own]))
    expect(answer).toMatchObject({ failure: { code: 'refused', hint: expect.stringContaining('signet joins open') } })
    expect(outcome((await authority.ask(clientQuestion('kubemaster-1')))[0])).toBe(1)
  })

  it('lets joins in until the time that it names', async () => {
    await restart({ joins: new Date(authority.clock.nowMs + minuteMs).toISOString(), members })
    expect(await ask('etcd-3', own, [])).toBe(1)
    authority.clock.nowMs += minuteMs
    expect(await ask('etcd-3', own, [])).toBe('refused')
  })

  it("keeps a listed member's name from everybody else, in whatever case", async () => {
    await restart({ joins: 'open', members: { 'etcd-Two': own } })
    expect(await ask('etcd-two', attacker, [attacker])).toBe('refused')
    expect(await ask('etcd-two', own, [attacker])).toBe(90)
  })
})

describe('a journal of before lines said who holds a name', () => {
  it('is read by the lifetimes in it', async () => {
    await authority.stop()
    const old = (name: string, days: number) =>
      JSON.stringify({
        time: new Date(authority.clock.nowMs).toISOString(),
        address: own,
        name,
        serial: '00',
        publicKeySha256: 'aa',
        expiry: new Date(authority.clock.nowMs + days * dayMs).toISOString(),
      })
    appendFileSync(authority.journalFile, `${old('etcd-2', 90)}\n${old('etcd-3', 1)}\n`)
    await authority.start()
    const [answer] = await authority.ask({ ask: 'members' })
    expect(answer).toMatchObject({ members: { holders: [{ name: 'etcd-2' }], reserved: [{ name: 'etcd-3' }] } })
    expect(await ask('etcd-2', attacker, [attacker])).toBe(1)
  })
})
