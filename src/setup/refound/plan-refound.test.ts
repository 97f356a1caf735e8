import { describe, expect, it } from 'vitest'
import { FakeCluster } from '../../../test/support/etcd/fake-cluster.ts'
import { FakeHost } from '../../../test/support/host/fake-host.ts'
import { refusalOf } from '../../../test/support/refusal.ts'
import { newProgress, recordNote } from '../run/run-progress.ts'
import { listFormerMembers } from './former-members.ts'
import type { FoundingSnapshot } from './founding-snapshot.ts'
import { planRefound, type RefoundFacts, restoredNote } from './plan-refound.ts'

const nowMs = Date.UTC(2026, 0, 31, 12)
const pin = `SHA256:${'A'.repeat(64)}`
const sidecar = {
  time: new Date(nowMs - 3_600_000).toISOString(),
  clusterId: '0123456789abcdef',
  etcdVersion: '3.5.16',
  alarms: [],
  caPin: pin,
  members: [1, 2].map((index) => ({ name: `etcd-${index}`, peerUrls: [`https://192.0.2.${10 + index}:2380`] })),
}
const snapshot: FoundingSnapshot = {
  file: '/root/s.db',
  bytes: 1024 ** 2,
  sha256: 'ab',
  revision: '71',
  sidecar,
  signedBy: { member: 'etcd-2' },
}
const host = new FakeHost(new FakeCluster(), 1).plan().facts
const facts: RefoundFacts = {
  ...host,
  own: { ...host.own, etcdVersion: { major: 3, minor: 5, patch: 26 } },
  caState: 'absent',
  caFile: '/etc/etcd/pki/ca.key',
  settings: { networks: ['192.0.2.0/24'], clientLifetime: '24h', embeddedPort: undefined },
  snapshot,
  mayBeUnsigned: false,
  ca: { keyPem: '', certificatePem: '', pin, others: 0 },
  tool: { program: '/usr/bin/etcdutl', name: 'etcdutl', version: '3.6.16', canBump: true },
  nowMs,
}
const ofSidecar = (change: Partial<typeof sidecar>): Partial<RefoundFacts> => ({
  snapshot: { ...snapshot, sidecar: { ...sidecar, ...change } },
})
const unsigned = { snapshot: { ...snapshot, signedBy: null } }

describe('planRefound', () => {
  it('restores before etcd is configured, so that no boot starts it without data', () => {
    const { steps, warnings } = planRefound(facts)
    const ids = steps.map(({ id }) => id)
    expect(ids.indexOf('restore-snapshot')).toBeLessThan(ids.indexOf('write-configuration'))
    expect(ids.indexOf('install-ca')).toBe(0)
    expect(warnings).toEqual([])
  })

  it.each<[string, Partial<RefoundFacts>, string, RegExp]>([
    ['one that nobody vouches for', unsigned, 'refused', /^no member's key vouches for "\/root\/s\.db"$/],
    ['one without a sidecar', { snapshot: { ...snapshot, sidecar: null, signedBy: null } }, 'refused', /vouches/],
    ['one of another CA', ofSidecar({ caPin: 'SHA256:BB' }), 'refused', /of another CA: SHA256:BB$/],
    ['one of a time to come', ofSidecar({ time: new Date(nowMs + 120_000).toISOString() }), 'try-later', /to come/],
    ['one of a newer etcd', ofSidecar({ etcdVersion: '3.6.1' }), 'configuration', /of a newer etcd: 3\.6/],
    ['one of a much older etcd', { ...ofSidecar({ etcdVersion: '3.3.9' }) }, 'configuration', /more than one minor/],
    [
      'one beyond the quota',
      { snapshot: { ...snapshot, bytes: 9 * 1024 ** 3 } },
      'configuration',
      /do not fit the quota/,
    ],
    [
      'a disk without room',
      { freeDiskBytes: 600 * 1024 ** 2, snapshot: { ...snapshot, bytes: 1024 ** 3 } },
      'configuration',
      /free and needs/,
    ],
    [
      'another one than the run began with',
      { progress: recordNote(newProgress(host.arguments), restoredNote, 'cd') },
      'refused',
      /another snapshot/,
    ],
  ])('refuses %s', async (_, change, code, message) => {
    const refusal = await refusalOf(() => planRefound({ ...facts, ...change }))
    expect(refusal.code).toBe(code)
    expect(refusal.message).toMatch(message)
  })

  it.each<[string, Partial<RefoundFacts>, RegExp]>([
    ['unsigned', unsigned, /nobody vouches for it$/],
    ['of another CA', ofSidecar({ caPin: 'SHA256:BB' }), /another CA: SHA256:BB$/],
    ['without a sidecar', { snapshot: { ...snapshot, sidecar: null, signedBy: null } }, /^nothing tells when/],
  ])('takes one that is %s where root says so, and says it aloud', (_, change, warning) => {
    const { warnings } = planRefound({ ...facts, ...change, mayBeUnsigned: true })
    expect(warnings.some((text) => warning.test(text))).toBe(true)
  })
})

describe('who may join the cluster that is founded anew', () => {
  const own = { name: 'etcd-9', address: '192.0.2.99' }

  it('is this host, and who was a member by a list that is signed', () => {
    expect(listFormerMembers(own, snapshot)).toEqual([
      own,
      { name: 'etcd-1', address: '192.0.2.11' },
      { name: 'etcd-2', address: '192.0.2.12' },
    ])
    expect(listFormerMembers(own, { ...snapshot, signedBy: null })).toEqual([own])
  })

  it('is nobody under the name or at the address of this host', () => {
    expect(listFormerMembers({ name: 'ETCD-1', address: '192.0.2.99' }, snapshot)).toHaveLength(2)
    expect(listFormerMembers({ name: 'etcd-9', address: '192.0.2.12' }, snapshot)).toEqual([
      { name: 'etcd-9', address: '192.0.2.12' },
      { name: 'etcd-1', address: '192.0.2.11' },
    ])
  })
})
