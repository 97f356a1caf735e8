import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syncRefusalOf } from '../../../test/support/sync-refusal.ts'
import { planRecover, type RecoverAnswers, type RecoverFacts, type RecoverSource } from './plan-recover.ts'
import type { StandDownMarker } from './stand-down-marker.ts'

const now = new Date('2026-03-01T12:00:00Z')
const clusterId = '00000000000000c1'

const members = [1, 2, 3, 4, 5].map((number) => ({
  name: `etcd-${number}`,
  id: null,
  peerUrls: [`https://192.0.2.${number}:2380`],
  clientUrls: [`https://192.0.2.${number}:2379`],
}))

const kept = { kind: 'snapshot', file: '/s/own.db', revision: '100', takenAt: '2026-03-01T11:45:57Z' } as const

const marker: StandDownMarker = {
  version: 1,
  state: 'stood-down',
  time: '2026-03-01T11:46:00Z',
  name: 'etcd-1',
  clusterId,
  memberId: null,
  kept,
  members: members.slice(0, 3),
  clients: [],
  masterLeases: [],
}

const source: RecoverSource = {
  kind: 'snapshot',
  file: '/s/own.db',
  revision: 100n,
  bytes: 1024 ** 2,
  takenAt: kept.takenAt,
  clusterId,
  signedBy: undefined,
  etcdVersion: '3.5.16',
  keys: 10,
  isBrought: false,
}

const answers: RecoverAnswers = {
  gone: ['etcd-2', 'etcd-3'],
  seen: new Map(),
  isUnsignedAllowed: false,
  isBehindByChoice: false,
  isWithoutBump: false,
}

const facts: RecoverFacts = {
  arguments: 'recover --gone=etcd-2 --gone=etcd-3',
  progress: undefined,
  own: {
    name: 'etcd-1',
    flags: [],
    dataDirectory: '/var/lib/etcd/signet',
    peerUrls: ['https://192.0.2.1:2380'],
    clientUrl: 'https://192.0.2.1:2379',
  },
  marker,
  answers,
  others: [],
  source,
  clusterIds: [clusterId],
  newestKnown: undefined,
  tool: { program: '/usr/lib/signet-etcd/3.6/etcdutl', version: '3.6.16', canBump: true },
  etcdVersion: { major: 3, minor: 5, patch: 16 },
  place: { live: '/d', aside: '/d.before-x', making: '/d.making' },
  freeBytes: 1024 ** 4,
  certificateEnd: new Date('2026-03-02T12:00:00Z'),
  apiservers: [],
  now,
}

const silent = { state: 'silent', clusterId: undefined, knowsRaftLeader: false } as const
const withAnswers = (change: Partial<RecoverAnswers>): RecoverFacts => ({
  ...facts,
  answers: { ...answers, ...change },
})
const brought = (change: Partial<RecoverSource> = {}, said: Partial<RecoverAnswers> = {}): RecoverFacts => ({
  ...withAnswers({ from: '/b/x.db', ...said }),
  source: { ...source, file: '/b/x.db', isBrought: true, signedBy: 'etcd-2', ...change },
})

describe('a recovery is planned', () => {
  it('on a survivor whose others are all gone', () => {
    const plan = planRecover(facts)
    expect(plan.steps.map(({ id }) => id)).toEqual([
      'look-again',
      'move-aside',
      'restore',
      'configure',
      'start',
      'prove',
    ])
    expect(plan.goneMembers.map(({ name }) => name)).toEqual(['etcd-2', 'etcd-3'])
    expect(plan.lostRevisions).toBe(0n)
    expect(plan.pointOfNoReturn).toMatchObject({ step: 'start', state: 'done' })
  })

  it('and says when its data are of', () => {
    expect(planRecover(facts).warnings[0]).toBe(
      'the new cluster goes on from revision 100, taken 2026-03-01T11:45:57Z, 14 minutes ago',
    )
  })

  it('from less than is known, where root chooses so, and says how much is lost', () => {
    const plan = planRecover(
      withAnswers({ gone: ['etcd-3'], seen: new Map([['etcd-2', 142n]]), isBehindByChoice: true }),
    )
    expect(plan.lostRevisions).toBe(42n)
    expect(plan.warnings).toContain('42 revisions are lost that are known to have been there')
    expect(plan.survivors).toMatchObject([{ name: 'etcd-2', revision: 142n }])
  })

  it('and says how many writes are in the log alone, and who of the same revision has more there', () => {
    const wanted = (change: Partial<RecoverAnswers>, logWrites: number | null) =>
      planRecover({ ...withAnswers({ gone: ['etcd-3'], ...change }), marker: { ...marker, logWrites } }).warnings
    const seen = new Map([['etcd-2', 100n]])
    const longer =
      'etcd-2 has the same revision and more in its log, 7 writes against 3: rather go on there: on etcd-2, signet recover --gone=etcd-3 --seen=etcd-1:100+3'
    expect(wanted({ seen, seenInLog: new Map([['etcd-2', 7]]) }, 3)).toEqual(
      expect.arrayContaining([
        'up to 3 writes that stand in its log alone are not gone on from, also where they were acknowledged',
        longer,
      ]),
    )
    const even = wanted({ seen, seenInLog: new Map([['etcd-2', 3]]) }, 3)
    expect(even.some((line) => line.startsWith('etcd-2'))).toBe(false)
    expect(wanted({ seen }, null)).toContain(
      'nothing tells how many writes stand in its log alone: they are not gone on from',
    )
    expect(wanted({ seen }, 0).some((line) => line.includes('log'))).toBe(false)
  })

  it('again where it was cut off once the new cluster may serve, whatever others do by now', () => {
    const progress = {
      arguments: facts.arguments,
      started: ['look-again', 'move-aside', 'restore', 'configure', 'start'],
      done: ['look-again', 'move-aside', 'restore', 'configure'],
      notes: { store: 'whole' },
      isFinished: false,
    }
    const awake = [{ ...silent, name: 'etcd-2', state: 'answers', clusterId } as const]
    expect(planRecover({ ...facts, progress, others: awake, freeBytes: 0 }).isContinued).toBe(true)
    const undone = { ...progress, notes: { store: '' } }
    expect(syncRefusalOf(() => planRecover({ ...facts, progress: undone, others: awake })).code).toBe('refused')
  })
})

describe('a recovery is refused', () => {
  it.each<[string, RecoverFacts, string, RegExp, RegExp]>([
    [
      'while a member has a quorum',
      { ...facts, others: [{ ...silent, name: 'etcd-2', state: 'answers', clusterId, knowsRaftLeader: true }] },
      'refused',
      /etcd-2 has a quorum/,
      /--stand-up/,
    ],
    [
      'while a member answers that has not stood down, also one that is said to be gone',
      { ...facts, others: [{ ...silent, name: 'etcd-3', state: 'answers', clusterId }] },
      'refused',
      /etcd-3 has not stood down/,
      /--stand-down.*signet recover --gone=etcd-2 --seen=etcd-3:REVISION/,
    ],
    [
      'while somebody has the port of a member',
      { ...facts, others: [{ ...silent, name: 'etcd-2', state: 'listens' }] },
      'refused',
      /does not say which cluster/,
      /--stand-down/,
    ],
    [
      'where another member was recovered already',
      { ...facts, others: [{ ...silent, name: 'etcd-2', state: 'answers', clusterId: 'ffffffffffffffff' }] },
      'refused',
      /cluster ffffffffffffffff/,
      /--rejoin --cluster=ffffffffffffffff/,
    ],
    [
      'while nothing is said of a member',
      withAnswers({ gone: ['etcd-3'] }),
      'refused',
      /nothing is said of etcd-2 \(192\.0\.2\.2\)/,
      /signet recover --gone=etcd-3 --gone=etcd-2/,
    ],
    ['for a name that was no member', withAnswers({ gone: ['etcd-2', 'etcd-9'] }), 'usage', /etcd-9/, /etcd-2, etcd-3/],
    [
      'for one that is gone and was seen',
      withAnswers({ seen: new Map([['etcd-2', 3n]]) }),
      'usage',
      /etcd-2 is said to be gone/,
      /--gone=etcd-2/,
    ],
    [
      'where another survivor has more',
      withAnswers({ gone: ['etcd-3'], seen: new Map([['etcd-2', 101n]]) }),
      'refused',
      /etcd-2 has revision 101.*100: 1 revisions/,
      /on etcd-2, signet recover --gone=etcd-3 --seen=etcd-1:100;/,
    ],
    [
      'where a snapshot of this host has more',
      { ...facts, newestKnown: { file: '/s/newer.db', revision: 500n } },
      'refused',
      /newer\.db has revision 500/,
      /signet recover --from=\/s\/newer\.db --gone=etcd-2 --gone=etcd-3;/,
    ],
    [
      'where the file has less than this member',
      brought({ revision: 40n }),
      'refused',
      /etcd-1 has revision 100.*60 revisions/,
      /leave out --from.*--behind-by-choice/,
    ],
    ['for a file that nobody signed', brought({ signedBy: undefined }), 'refused', /signed by no member/, /--unsigned/],
    [
      'for a file of another cluster',
      brought({ clusterId: 'aa' }),
      'bad-data',
      /of the cluster aa/,
      /snapshot of this/,
    ],
    ['for a file of a newer etcd', brought({ etcdVersion: '3.6.1' }), 'configuration', /from etcd 3\.6\.1/, /ln -sfn/],
    [
      'where no program raises revisions',
      { ...facts, tool: { ...facts.tool, canBump: false } },
      'configuration',
      /cannot raise revisions/,
      /signet-etcd.*--without-bump/,
    ],
    [
      'where the program that restores is older than the etcd that the data are of',
      { ...facts, tool: { ...facts.tool, version: '3.4.30' } },
      'configuration',
      /of etcd 3\.4\.30, and the data are of 3\.5\.16/,
      /signet-etcd/,
    ],
    ['where there is no room', { ...facts, freeBytes: 1024 ** 2 }, 'configuration', /free and needs/, /make room/],
    [
      'where the own certificate has expired: nobody would see the new cluster serve',
      { ...facts, certificateEnd: new Date('2026-03-01T11:00:00Z') },
      'configuration',
      /has expired/,
      /signet renew.*adopt/,
    ],
    [
      'with other arguments than those of the run that was cut off',
      {
        ...facts,
        progress: { arguments: 'recover --gone=etcd-2', started: [], done: [], isFinished: false },
      },
      'refused',
      /other arguments/,
      /signet recover --gone=etcd-2$/,
    ],
  ])('%s', (_, changed, code, message, hint) => {
    const refusal = syncRefusalOf(() => planRecover(changed))
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
    expect(refusal.hint).toMatch(hint)
  })

  it("is for a member that has this one's name, and not for this one under another", () => {
    const [own, other] = ['00000000000000a1', '00000000000000a2']
    const named = members
      .slice(0, 2)
      .map((member, index) => ({ ...member, name: 'etcd-1', id: [own, other][index] ?? '' }))
    const changed = { ...withAnswers({ gone: [] }), marker: { ...marker, memberId: own, members: named } }
    expect(syncRefusalOf(() => planRecover(changed)).message).toContain('nothing is said of etcd-1 (192.0.2.2)')
    const alone = [{ ...members[0], name: 'etcd-old', id: own, peerUrls: [], clientUrls: [] }]
    expect(planRecover({ ...changed, marker: { ...changed.marker, members: alone } }).goneMembers).toEqual([])
  })

  it('is not for an unsigned file of its own, nor for one that root allows', () => {
    expect(planRecover(brought({ signedBy: undefined }, { isUnsignedAllowed: true })).steps).toHaveLength(6)
    expect(planRecover({ ...facts, source: { ...source, signedBy: undefined } }).steps).toHaveLength(6)
  })
})

// A naive version of the rule: everybody is accounted for, nobody answers, and nobody has more.
describe('whatever is said', () => {
  const said = fc.constantFrom('gone', 'silent', 'seen-less', 'seen-same', 'seen-more')
  it('goes on exactly where every member is accounted for and none is known to have more', () => {
    fc.assert(
      fc.property(
        fc.array(said, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (each, byChoice, isAwake) => {
          const others = each.map((what, index) => ({ what, name: `etcd-${index + 2}` }))
          const revisions = { 'seen-less': 99n, 'seen-same': 100n, 'seen-more': 101n } as const
          const seen = new Map(
            others.flatMap(({ what, name }) => (what === 'gone' || what === 'silent' ? [] : [[name, revisions[what]]])),
          )
          const gone = others.filter(({ what }) => what === 'gone').map(({ name }) => name)
          const wanted = !isAwake && !each.includes('silent') && (byChoice || !each.includes('seen-more'))
          const plan = () =>
            planRecover({
              ...facts,
              marker: { ...marker, members },
              answers: { ...answers, gone, seen, isBehindByChoice: byChoice },
              others: isAwake ? [{ ...silent, name: 'etcd-4', state: 'answers', clusterId }] : [],
            })
          if (wanted) expect(plan().steps).toHaveLength(6)
          else expect(syncRefusalOf(plan).code).toBe('refused')
        },
      ),
    )
  })
})
