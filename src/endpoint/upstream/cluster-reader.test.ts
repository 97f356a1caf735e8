import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../test/support/refusal.ts'
import { SignetError } from '../../core/signet-error.ts'
import type { Member } from '../../etcd/member.ts'
import { ClusterReader } from './cluster-reader.ts'
import type { ClientCredential } from './endpoint-credential.ts'

function member(name: string, peerUrls: readonly string[], isLearner = false): Member {
  const clientUrls = peerUrls.map((url) => url.replace(':2380', ':2379'))
  return { id: 1n, name, peerUrls, clientUrls, isLearner, isStarted: name !== '' }
}

const members = [
  member('etcd-1', ['https://192.0.2.1:2380']),
  member('etcd-2', ['https://[2001:DB8:0::2]:2380', 'https://b.example:2380']),
  member('etcd-3', ['https://192.0.2.3:2380'], true),
]

const voterUrls = ['https://192.0.2.1:2379', 'https://[2001:DB8:0::2]:2379', 'https://b.example:2379']

function harness() {
  const state = {
    nowMs: 0,
    caPem: 'ca',
    caFailure: undefined as SignetError | undefined,
    trusted: [] as string[],
    credential: { certPem: 'a', keyPem: 'a' } satisfies ClientCredential as ClientCredential,
    connectedTo: [] as (readonly string[])[],
    asked: [] as boolean[],
    members: members as readonly Member[],
    failure: undefined as SignetError | undefined,
    logged: [] as string[],
  }
  const questions = new ClusterReader({
    readCredential: async () => state.credential,
    readCaPem: async () => {
      if (state.caFailure !== undefined) throw state.caFailure
      return state.caPem
    },
    connect: async ({ caPem }, learnt) => {
      state.trusted.push(caPem)
      state.connectedTo.push(learnt)
      return {
        listMembers: async (linearizable) => {
          state.asked.push(linearizable)
          if (linearizable && state.failure !== undefined) throw state.failure
          return state.members
        },
        readVersions: async (listed) => listed.map(() => '3.6.16'),
        close: () => {},
      }
    },
    clock: { now: () => state.nowMs },
    log: { warn: (_kind, fields) => void state.logged.push(`${fields['member']}: ${fields['reason']}`) },
  })
  return { state, questions }
}

describe('ClusterReader', () => {
  it('finds a name whatever its case, and every place that it is listed at', async () => {
    const { questions, state } = harness()
    state.members = [
      ...members,
      member('etcd-A', ['https://192.0.2.4:2380']),
      member('etcd-a', ['https://b.example:1']),
    ]
    expect(await questions.readListedAddresses('etcd-A')).toEqual(['192.0.2.4', 'b.example'])
    expect(await questions.readListedAddresses('etcd-a')).toEqual(['192.0.2.4', 'b.example'])
  })

  it('answers everybody though one member cannot be read, names that one, and takes its name for no free one', async () => {
    const { questions, state } = harness()
    const unreadable = [{ kind: 'peer URL', quoted: '"http://192.0.2.9:2380"' } as const]
    state.members = [...members, { ...member('etcd-9', []), id: 9n, unreadable }]
    expect(await questions.readPeers()).toContain('https://192.0.2.1:2379')
    expect(await questions.readListedAddresses('etcd-1')).toEqual(['192.0.2.1'])
    expect(await questions.readListedAddresses('etcd-9')).toEqual(['http://192.0.2.9:2380'])
    expect(new Set(state.logged)).toEqual(new Set(['9: etcd lists it with the peer URL "http://192.0.2.9:2380"']))
    const refusal = await refusalOf(questions.readTopology())
    expect(refusal).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('"http://192.0.2.9:2380"'),
    })
    expect(refusal.hint).toContain('signet member remove 9')
  })

  it('takes no more endpoints from a list than a cluster can have', async () => {
    const { questions, state } = harness()
    const many = Array.from({ length: 200 }, (_, index) => `https://192.0.2.${index}:2380`)
    state.members = [member('etcd-1', many)]
    await questions.readPeers()
    await questions.readPeers()
    expect(state.connectedTo.at(-1)).toHaveLength(64)
  })

  it('answers peers, topology and the addresses of a member', async () => {
    const { questions, state } = harness()
    expect(await questions.readPeers()).toBe(
      'https://192.0.2.1:2379\nhttps://[2001:DB8:0::2]:2379\nhttps://b.example:2379\n',
    )
    expect(await questions.readTopology()).toMatch(/^etcd-1=https:\/\/192\.0\.2\.1:2380,etcd-2=.*\n$/)
    expect(await questions.readListedAddresses('etcd-2')).toEqual(['2001:db8::2', 'b.example'])
    expect(await questions.readListedAddresses('etcd-9')).toEqual([])
    expect(state.asked).toEqual([true, true, true, true])
    // At first to what is configured, and once more with what was learnt.
    expect(state.connectedTo).toEqual([[], voterUrls])
  })

  it('answers try-later for the topology while a member has not started', async () => {
    const { questions, state } = harness()
    state.members = [...members, member('', ['https://192.0.2.4:2380'])]
    expect((await refusalOf(questions.readTopology())).code).toBe('try-later')
    expect(await questions.readPeers()).not.toContain('192.0.2.4')
  })

  it('answers without quorum too, and does not wait for it each time', async () => {
    const { questions, state } = harness()
    state.failure = new SignetError('try-later', 'no quorum')
    await questions.readPeers()
    await questions.readPeers()
    expect(state.asked).toEqual([true, false, false])
    state.nowMs += 10_000
    await questions.readPeers()
    expect(state.asked.slice(3)).toEqual([true, false])
  })

  it('does not ask again where asking again is no use', async () => {
    const { questions, state } = harness()
    state.failure = new SignetError('refused', 'no')
    expect((await refusalOf(questions.readPeers())).code).toBe('refused')
    expect(state.asked).toEqual([true])
  })

  it('connects anew with a renewed credential', async () => {
    const { questions, state } = harness()
    await questions.readPeers()
    state.credential = { certPem: 'b', keyPem: 'b' }
    await Promise.all([questions.readPeers(), questions.readPeers()])
    state.credential = { certPem: 'c', keyPem: 'c' }
    await Promise.all([questions.readPeers(), questions.readPeers()])
    expect(state.connectedTo).toEqual([[], voterUrls, voterUrls])
  })

  it('connects anew where root has added a CA to the file, and stays where the file cannot be read', async () => {
    const { questions, state } = harness()
    state.caFailure = new SignetError('configuration', 'no CA')
    expect((await refusalOf(questions.readPeers())).code).toBe('configuration')
    state.caFailure = undefined
    await questions.readPeers()
    state.caPem = 'ca and another'
    await questions.readPeers()
    state.caFailure = new SignetError('configuration', 'no CA')
    await questions.readPeers()
    expect(state.trusted).toEqual(['ca', 'ca and another'])
  })

  it('asks the members that etcd lists, those that vote, as they come and go', async () => {
    const { questions, state } = harness()
    await questions.readPeers()
    state.members = members.slice(0, 1)
    await questions.readPeers()
    state.members = []
    await questions.readPeers()
    await questions.readPeers()
    expect(state.connectedTo).toEqual([[], voterUrls, ['https://192.0.2.1:2379']])
  })

  it('does not learn from the list of one member without quorum', async () => {
    const { questions, state } = harness()
    state.failure = new SignetError('try-later', 'no quorum')
    await questions.readPeers()
    await questions.readPeers()
    expect(state.connectedTo).toEqual([[]])
  })
})
