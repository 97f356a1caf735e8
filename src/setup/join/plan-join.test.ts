import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { SignetError } from '../../core/signet-error.ts'
import { newProgress } from '../run/run-progress.ts'
import { type JoinFacts, planJoin } from './plan-join.ts'

const facts: JoinFacts = new FakeHost(new FakeCluster(), 2).plan().facts
const ours = { ...newProgress(facts.arguments), started: ['add-learner', 'write-configuration', 'start-etcd'] }

function etcdVersion(major: number, minor: number, patch: number): Partial<JoinFacts> {
  return { own: { ...facts.own, etcdVersion: { major, minor, patch } } }
}

async function refuse(change: Partial<JoinFacts>): Promise<SignetError> {
  const refusal = await refusalOf(() => planJoin({ ...facts, ...change }))
  expect(refusal.hint).toBeDefined()
  return refusal
}

describe('planJoin', () => {
  it('says what is asked for whom, and from where on nothing is undone', () => {
    const plan = planJoin(facts)
    expect(plan.steps.at(2)).toEqual({
      id: 'obtain-certificate',
      title: 'obtain a certificate for etcd-2 at 192.0.2.2',
    })
    expect(plan.pointOfNoReturn).toEqual({ step: 'promote', state: 'done', because: 'etcd-2 votes already' })
  })

  const closed = { ...facts, areJoinsOpen: false, listsOwnPair: false }

  it('goes on where joins are closed and the signer lists this host, or the run has its certificate already', () => {
    expect(planJoin({ ...closed, listsOwnPair: true }).steps).toHaveLength(12)
    const progress = { ...ours, done: ['fetch-ca', 'make-key', 'obtain-certificate'] }
    expect(planJoin({ ...closed, progress }).steps).toHaveLength(12)
  })

  it('says where joins are closed what to type on the signer', async () => {
    expect(await refuse(closed)).toMatchObject({
      code: 'refused',
      message: 'joins are closed, and etcd-2 at 192.0.2.2 is not one of the members',
      hint: expect.stringMatching(
        /^on the signer 192\.0\.2\.1: signet joins open --for 1h; or .*: etcd-2: 192\.0\.2\.2$/,
      ),
    })
  })

  it.each<[string, Partial<JoinFacts>, string, RegExp]>([
    [
      'a host that was set up before',
      { progress: { ...ours, isFinished: true } },
      'refused',
      /^etcd-2 is already a member: this host was set up/,
    ],
    [
      'a host that holds the data of a member',
      { dataDirectoryState: 'ours' },
      'refused',
      /^etcd-2 is already a member: \/var\/lib\/etcd\/signet holds its data$/,
    ],
    [
      'other arguments than those of the interrupted run',
      { progress: { ...ours, arguments: '--signer-ip=192.0.2.9' } },
      'refused',
      /other arguments/,
    ],
    [
      'data that it did not make',
      { dataDirectoryState: 'foreign' },
      'configuration',
      /holds data that this run did not/,
    ],
    ['a full disk', { freeDiskBytes: 2 ** 28 }, 'configuration', /has 256 MiB free and needs 512 MiB$/],
    ['a port that is taken', { busyPorts: [2379, 2380] }, 'configuration', /^in use on this host: port 2379, 2380$/],
    ['an etcd older than 3.4', etcdVersion(3, 3, 27), 'configuration', /^etcd 3\.3 on this host is not supported$/],
    ['an etcd of another age', etcdVersion(2, 4, 0), 'configuration', /not supported/],
    [
      'a CA that is not the pinned one',
      { expectedPin: 'SHA256:bb' },
      'refused',
      /^the signer at 192\.0\.2\.1 has another CA than --pin says: SHA256:aa$/,
    ],
    [
      'a clock ahead',
      { clockSkewMs: -86_400_000 },
      'try-later',
      /^the clock of this host is 86400 s ahead of the signer's$/,
    ],
    ['a clock behind', { clockSkewMs: 60_001 }, 'try-later', /^the clock of this host is 60 s behind the signer's$/],
  ])('refuses %s', async (_, change, code, message) => {
    const refusal = await refuse(change)
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it('goes on with an interrupted run: its data, and its etcd on the ports', () => {
    const progress = { progress: ours, dataDirectoryState: 'ours', busyPorts: [2379, 2380] } as const
    expect(planJoin({ ...facts, ...progress }).steps).toHaveLength(12)
  })

  it('takes a clock that is a minute off, and a pin that is right', () => {
    expect(() => planJoin({ ...facts, clockSkewMs: 60_000, expectedPin: 'SHA256:aa' })).not.toThrow()
  })
})
