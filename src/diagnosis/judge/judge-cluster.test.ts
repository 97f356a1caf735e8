import { describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import type { PeerPortProbe } from '../inspect/probe-peer-port.ts'
import { judgeCluster } from './judge-cluster.ts'
import { judgePeerPorts } from './judge-peer-ports.ts'
import { judgeUpgradePath } from './judge-upgrade-path.ts'

async function judge(...down: readonly number[]) {
  const members = [1, 2, 3].map((index) => fakeMember(index))
  const { members: views } = await new FakeCluster(members).operations().readView()
  const view = {
    members: views.map((each, index) => (down.includes(index + 1) ? { member: each.member } : each)),
  }
  return judgeCluster(view).map(({ check, level, what }) => [check, level, what])
}

describe('judgeCluster', () => {
  it('finds nothing wrong with healthy members', async () => {
    expect(await judge()).toEqual([['quorum', 'well', '3 of 3 voting members serve, 1 may fail']])
  })

  it('calls for attention while one member is down', async () => {
    expect(await judge(2)).toEqual([
      ['quorum', 'well', expect.stringContaining('2 of 3')],
      ['member', 'attention', 'member etcd-2: it does not answer'],
    ])
  })

  it('calls a cluster without quorum broken', async () => {
    expect((await judge(2, 3))[0]).toEqual(['quorum', 'broken', expect.stringContaining('fewer than the quorum of 2')])
  })
})

describe('judgeCluster of a cluster with alarms', () => {
  const cluster = new FakeCluster([1, 2, 3].map((index) => fakeMember(index)))

  it('tells each alarm once, with its own remedy, and takes none for a member that is down', async () => {
    cluster.alarms = [
      { kind: 'NOSPACE', memberId: 1n },
      { kind: 'CORRUPT', memberId: 2n },
      { kind: 'CORRUPT', memberId: 0xabn },
    ]
    const findings = judgeCluster(await cluster.operations().readView())
    expect(findings.map(({ check, level, what }) => [check, level, what])).toEqual([
      ['quorum', 'well', '3 of 3 voting members serve, 1 may fail'],
      ['alarm', 'broken', 'alarm NOSPACE of etcd-1'],
      ['alarm', 'broken', 'alarm CORRUPT of etcd-2'],
      ['alarm', 'broken', 'alarm CORRUPT of a member that is gone (ab)'],
    ])
  })
})

it('names a member that cannot be read, though it is healthy, and how to be rid of it', async () => {
  const { members } = await new FakeCluster([fakeMember(1), fakeMember(0xab)]).operations().readView()
  const unreadable = [{ kind: 'peer URL', quoted: '"http://192.0.2.66:2380"' } as const]
  const odd = members.map((view, index) => (index === 0 ? view : { ...view, member: { ...view.member, unreadable } }))
  expect(judgeCluster({ members: odd }).slice(1)).toEqual([
    {
      check: 'member',
      level: 'attention',
      what: 'member etcd-171: etcd lists it with the peer URL "http://192.0.2.66:2380"',
      why: 'no host can join while it is listed so, and what cannot be read is told to nobody',
      fix: 'take it out: signet member remove ab; or correct it: signet etcdctl -- member update ab --peer-urls=https://HOST:2380',
    },
  ])
})

describe('judgeUpgradePath', () => {
  it.each<[readonly string[], string | undefined, string]>([
    [['3.4.23', '3.4.23'], '3.4.23', 'well'],
    [['3.5.26'], '3.6.0', 'well'],
    [['3.5.0'], '3.6.0', 'broken'],
    [['3.5.25'], '3.6.0', 'broken'],
    [['3.6.1', '3.6.1'], undefined, 'well'],
    [['3.5.16'], '3.5.16', 'note'],
    [['3.5.16'], undefined, 'note'],
    [['3.5.1'], '3.6.0', 'broken'],
    [['3.5.25', '3.6.0'], undefined, 'broken'],
    [['3.5.30', '3.5.19'], '3.6.4-rc.0', 'broken'],
    [['3.6.16'], '3.6.16', 'well'],
    [['3.7.3', '3.6.16'], '3.6.16', 'well'],
    [['3.7.3'], '3.7.3', 'well'],
    [['3.6.16'], '3.7.3', 'note'],
    [['3.7.3', '3.6.16'], '3.7.3', 'note'],
    [['3.5.30'], '3.7.3', 'broken'],
    [['3.6.16', '3.5.30'], '3.7.3', 'broken'],
    [['3.4.23'], '3.6.16', 'broken'],
    [['3.5.16'], '3.7.3', 'broken'],
    [['3.6.16', '3.5.30'], '3.5.30', 'well'],
    [['3.7.3', '3.7.3'], '3.6.16', 'attention'],
    [['3.5.16'], 'odd', 'note'],
    [['3.6.16'], 'odd', 'well'],
    [[], '3.6.0', 'unknown'],
    [['"odd"'], undefined, 'unknown'],
  ])('judges members of %j with %s installed as %s', (versions, installed, level) => {
    expect(judgeUpgradePath({ members: versions, installed }).level).toBe(level)
  })

  it('says which version comes between, and what a member needs before it starts with 3.7', () => {
    expect(judgeUpgradePath({ members: ['3.5.30'], installed: '3.7.3' })).toMatchObject({
      what: 'etcd 3.7.3 is installed here, and members run 3.5.30',
      fix: 'install etcd 3.6 here before this member restarts; then go up one minor version at a time',
    })
    expect(judgeUpgradePath({ members: ['3.6.16'], installed: '3.7.3' }).fix).toMatch(
      /journalctl -u etcd --grep='saved snapshot to disk'$/,
    )
  })
})

describe('judgeUpgradePath, where the log of this member was read', () => {
  const log = { snapshotIndex: 10, lastIndex: 90, membershipV2: undefined, foreignV2: undefined }

  it.each<[string, string, Partial<typeof log> | { membershipV2?: number; foreignV2?: number }, string]>([
    ['3.6.16', '3.7.3', {}, 'well'],
    ['3.6.16', '3.7.3', { membershipV2: 40 }, 'broken'],
    ['3.6.16', '3.7.3', { foreignV2: 40 }, 'broken'],
    ['3.5.35', '3.6.16', { membershipV2: 40 }, 'well'],
    ['3.5.35', '3.6.16', { foreignV2: 40 }, 'broken'],
    ['3.4.23', '3.5.35', { foreignV2: 40 }, 'well'],
    ['3.6.16', '3.6.17', { foreignV2: 40 }, 'well'],
  ])('%s with %s installed and %j is %s', (member, installed, change, level) => {
    const finding = judgeUpgradePath({ members: [member], installed, log: { ...log, ...change } })
    expect(finding.level).toBe(level)
    if (level === 'broken') expect(finding.why).toContain('at 40, and its raft snapshot is of 10')
  })
})

describe('judgePeerPorts', () => {
  it.each<[Omit<PeerPortProbe, 'peerUrl'>, string]>([
    [{ peerPort: 'closed', clientPortAccepts: true }, 'well'],
    [{ peerPort: 'open', clientPortAccepts: true }, 'broken'],
    [{ peerPort: 'open', clientPortAccepts: false }, 'broken'],
    [{ peerPort: 'closed', clientPortAccepts: false }, 'unknown'],
    [{ peerPort: 'unreachable', clientPortAccepts: true }, 'unknown'],
  ])('judges %j as %s', (probe, level) => {
    const found = judgePeerPorts({ probes: [{ peerUrl: 'https://192.0.2.1:2380', ...probe }] })
    expect(found.map((finding) => finding.level)).toEqual([level])
  })
})
