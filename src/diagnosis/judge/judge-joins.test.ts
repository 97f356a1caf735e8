import { describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { parseConfig } from '../../host/signet-config.ts'
import type { AuthorityMembers } from '../../protocol/authority-message.ts'
import { inspectJoins } from '../inspect/inspect-joins.ts'
import type { HostWith } from '../inspected-host.ts'
import { judgeJoins } from './judge-joins.ts'

const nowMs = Date.UTC(2031, 0, 1)
const [since, expiry] = ['2030-12-01T00:00:00.000Z', '2031-03-01T00:00:00.000Z']
const empty: AuthorityMembers = { joins: 'open', configured: [], holders: [], reserved: [] }

function holder(id: number, address = `192.0.2.${id}`) {
  return { name: `etcd-${id}`, address, since, expiry }
}

type Host = HostWith<'cluster' | 'authority' | 'signer'>

async function signer(voters: number, members: Partial<AuthorityMembers>): Promise<Host> {
  const ids = Array.from({ length: voters }, (_, index) => index + 1)
  const view = await new FakeCluster(ids.map((id) => fakeMember(id))).operations().readView()
  const config = parseConfig('controlPlaneNetworks: [192.0.2.0/24]', 'a test')
  const status = { time: since, pin: '', caNotAfter: expiry, clientLifetimeSeconds: 1, memberLifetimeSeconds: 1 }
  return {
    nowMs,
    isSandbox: false,
    request: '',
    signer: undefined,
    cluster: { endpoints: [], view },
    authority: {
      config,
      status: { ...status, joins: 'open', members: {}, changedKeys: [] },
      masters: { total: 0, expired: 0, keysChanged: 0, keysShared: 0, sharedKeys: [], soonest: [] },
      members: { ...empty, ...members },
      metrics: undefined,
    },
  }
}

function judgeTold(host: Host) {
  const joins = inspectJoins(host)
  return joins === undefined ? [] : judgeJoins(joins, host)
}

async function judge(voters: number, members: Partial<AuthorityMembers>) {
  return judgeTold(await signer(voters, members)).map(({ check, level, what }) => [check, level, what])
}

describe('judgeJoins', () => {
  it('warns where joins are open and three members vote, and not before', async () => {
    expect(await judge(2, {})).toEqual([['joins', 'note', 'joins are open']])
    const found = judgeTold(await signer(3, {}))
    expect(found).toMatchObject([{ check: 'joins', level: 'attention', fix: 'signet joins close' }])
    expect(await judge(3, { joins: '2031-01-01T01:00:00Z' })).toEqual([
      ['joins', 'attention', 'joins are open until 2031-01-01T01:00:00Z, and 3 members vote already'],
    ])
  })

  it('finds closed joins well, those whose time is over too', async () => {
    const configured = [1, 2, 3].map((id) => ({ name: `etcd-${id}`, address: `192.0.2.${id}` }))
    expect(await judge(3, { joins: 'closed', configured })).toEqual([['joins', 'well', 'joins are closed']])
    const over = await judge(3, { joins: '2030-12-31T23:00:00Z', configured })
    expect(over).toEqual([['joins', 'well', 'joins are closed since 2030-12-31T23:00:00Z']])
  })

  it('elsewhere says it by what the signer tells, and that it is typed there', async () => {
    const { authority: _, ...host } = await signer(3, {})
    const status = { timeMs: nowMs, pin: '', caNotAfterMs: nowMs, clientLifetimeSeconds: 1, clockSynchronised: true }
    const asked = { address: '192.0.2.1', knownHostsFile: '/dev/null', hostKeyPolicy: 'report' } as const
    const told = { signer: asked, status: { ...status, joins: 'open' }, clockSkewMs: 0 }
    expect(judgeTold({ ...host, authority: undefined, signer: told })).toMatchObject([
      { level: 'attention', fix: 'on the signer: signet joins close' },
    ])
    expect(judgeTold({ ...host, authority: undefined, signer: { ...told, status } })).toEqual([])
  })

  it('names a holder that etcd lists elsewhere, and one that it does not list', async () => {
    expect((await judge(1, { holders: [holder(1, '192.0.2.99'), holder(7)] })).slice(1)).toEqual([
      ['member-name', 'attention', 'the journal has etcd-1 at 192.0.2.99, and etcd lists it at 192.0.2.1'],
      ['member-name', 'note', 'the journal has etcd-7 at 192.0.2.7, which etcd does not list'],
    ])
    expect((await judge(1, { holders: [holder(1)] })).slice(1)).toEqual([])
  })

  it('names who has reserved a name, and is no member yet', async () => {
    const reserved = [{ name: 'etcd-8', address: '192.0.2.8', until: '2031-01-01T00:10:00.000Z' }]
    expect((await judge(1, { reserved }))[1]).toEqual([
      'member-name',
      'note',
      expect.stringMatching(/^etcd-8 is kept for 192\.0\.2\.8 until 2031-01-01T00:10/),
    ])
  })

  it('names a voter that closed joins leave out', async () => {
    const configured = [{ name: 'etcd-1', address: '192.0.2.1' }]
    expect((await judge(2, { joins: 'closed', configured }))[1]).toEqual([
      'member-name',
      'attention',
      'joins are closed, and signet.yaml does not list etcd-2 as etcd does',
    ])
  })
})
