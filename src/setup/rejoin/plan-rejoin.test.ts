import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import type { StandDownMarker } from '../recover/stand-down-marker.ts'
import { newProgress } from '../run/run-progress.ts'
import { planRejoin, type RejoinFacts } from './plan-rejoin.ts'

const [former, recovered] = ['1111111111111111', '2222222222222222']
const answer = { url: 'https://192.0.2.1:2379', clusterId: recovered, hasQuorum: true, members: [] }
const old = { ...answer, url: 'https://192.0.2.3:2379', clusterId: former, hasQuorum: false }
const marker: StandDownMarker = {
  version: 1,
  state: 'stood-down',
  time: '2026-01-31T12:00:00.000Z',
  name: 'etcd-2',
  clusterId: former,
  memberId: null,
  kept: null,
  members: [],
  clients: [],
  masterLeases: [],
}
const facts: RejoinFacts = {
  ...new FakeHost(new FakeCluster(), 2).plan().facts,
  arguments: `recover --rejoin --cluster=${recovered}`,
  progress: undefined,
  clusterId: recovered,
  formerClusterId: former,
  marker,
  isRunning: false,
  hasQuorum: false,
  answers: [answer],
  awake: [],
}

describe('planRejoin', () => {
  it('changes nothing before the cluster was checked, and promotes last', () => {
    expect(planRejoin(facts).steps.map(({ id }) => id)).toEqual([
      'check-cluster',
      'hold-etcd',
      'move-aside',
      'add-learner',
      'write-configuration',
      'start-etcd',
      'catch-up',
      'promote',
      'verify',
      'clean-up',
    ])
  })

  it.each<[string, Partial<RejoinFacts>, string, RegExp]>([
    [
      'while the former cluster has a quorum',
      { answers: [answer, { ...old, hasQuorum: true }] },
      'refused',
      /has a quorum/,
    ],
    ['while a member of it answers', { answers: [answer, old] }, 'refused', /still runs: https:\/\/192\.0\.2\.3/],
    [
      'while another cluster has a quorum and nothing here tells which was before',
      { formerClusterId: undefined, marker: undefined, answers: [answer, { ...old, hasQuorum: true }] },
      'refused',
      /^another cluster, 1111111111111111, has a quorum: it answers at https:\/\/192\.0\.2\.3/,
    ],
    [
      'while a cluster of an earlier recovery has a quorum',
      { answers: [answer, { ...old, clusterId: '3333333333333333', hasQuorum: true }] },
      'refused',
      /^another cluster, 3333333333333333, has a quorum/,
    ],
    [
      'while an old member wakes and nothing here tells which cluster was before',
      { formerClusterId: undefined, marker: undefined, awake: ['etcd-3'] },
      'refused',
      /^a member of another cluster still runs: etcd-3$/,
    ],
    ['while one of it runs that answers no client', { awake: ['etcd-3'] }, 'refused', /still runs: etcd-3$/],
    [
      'while its own etcd has a quorum',
      { isRunning: true, hasQuorum: true },
      'refused',
      /sees a quorum of the cluster 1111/,
    ],
    ['the cluster of its own data', { clusterId: former }, 'refused', /has its data of/],
    [
      'a member of it already',
      { clusterId: former, isRunning: true, marker: undefined },
      'refused',
      /is a member of the cluster 1111111111111111 already$/,
    ],
    ['another cluster than is meant', { clusterId: '3333333333333333' }, 'refused', /is of the cluster 2222/],
    ['while nobody answers', { answers: [] }, 'unavailable', /no member of the cluster 2222/],
    [
      'while the recovered cluster has no quorum',
      { answers: [{ ...answer, hasQuorum: false }] },
      'try-later',
      /no quorum/,
    ],
    [
      'while a recovery of this host is not finished',
      { marker: { ...marker, state: 'recovering' } },
      'refused',
      /recovery/,
    ],
    [
      'another run than the interrupted one',
      { progress: newProgress('recover --rejoin --cluster=9') },
      'refused',
      /other arguments/,
    ],
    ['a disk without room', { freeDiskBytes: 1 }, 'configuration', /free and needs/],
  ])('refuses %s', async (_, change, code, message) => {
    const refusal = await refusalOf(() => planRejoin({ ...facts, ...change }))
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it('stops an etcd of its own that has no quorum', () => {
    planRejoin({ ...facts, isRunning: true, marker: undefined })
  })

  it('lets an interrupted run go on, whatever it has made of this host', () => {
    const progress = newProgress(facts.arguments)
    planRejoin({ ...facts, progress, isRunning: true, marker: undefined })
  })
})
