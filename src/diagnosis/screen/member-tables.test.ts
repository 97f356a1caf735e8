import { describe, expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import { listAlarmRows, listMemberRows } from '../../cluster/format-member-list.ts'
import { formatMemberList } from './member-tables.ts'
import { plainScreen } from './screen.ts'

describe('the list of members', () => {
  const members = [
    fakeMember(10),
    fakeMember(2),
    fakeMember(3, { isRunning: false }),
    fakeMember(0xfe, { isLearner: true, isRunning: false, name: '' }),
  ]

  it('shows who leads, who learns, who is down and why', async () => {
    const rows = listMemberRows(await new FakeCluster(members).operations().readView())
    expect(formatMemberList(rows, [], plainScreen)).toBe(
      [
        'ID  NAME     ROLE        HEALTH     VERSION  DB SIZE  RAFT INDEX  PEER URL                  CLIENT URL',
        '2   etcd-2   voter       healthy    3.5.30   20 kB    1000        https://192.0.2.2:2380    https://192.0.2.2:2379',
        '3   etcd-3   voter       unhealthy  -        -        -           https://192.0.2.3:2380    https://192.0.2.3:2379',
        'a   etcd-10  raftLeader  healthy    3.5.30   20 kB    1000        https://192.0.2.10:2380   https://192.0.2.10:2379',
        'fe  -        learner     unstarted  -        -        -           https://192.0.2.254:2380  -',
        'etcd-3: etcd at https://192.0.2.3:2379 does not answer',
        'fe: it has not started yet',
        '',
      ].join('\n'),
    )
  })

  it.each([60, 80, 100])('fits %i columns: what is least asked for goes first, and no URL is cut', async (columns) => {
    const rows = listMemberRows(await new FakeCluster(members).operations().readView())
    const shown = formatMemberList(rows, [], { ...plainScreen, columns })
    expect(shown.split('\n').filter((line) => line.length > columns)).toEqual([])
    for (const { name, clientUrls } of rows)
      if (name !== '') expect(shown).toMatch(new RegExp(`^${name} .*${clientUrls[0]}$`, 'm'))
  })

  it('tells alarms below, once, also those of members that are gone', async () => {
    const cluster = new FakeCluster([fakeMember(1), fakeMember(2)])
    cluster.alarms = [{ kind: 'CORRUPT', memberId: 0xabn }]
    const alarms = listAlarmRows(await cluster.operations().readView())
    const what = 'alarm CORRUPT of a member that is gone (ab)'
    expect(alarms).toEqual([{ kind: 'CORRUPT', memberId: 'ab', what, fix: 'signet etcdctl -- alarm disarm' }])
    expect(formatMemberList([], alarms, plainScreen)).toMatch(
      /\nalarm CORRUPT of a member that is gone \(ab\): signet etcdctl -- alarm/,
    )
  })

  it('tells of a member that cannot be read, though it is healthy', async () => {
    const { members: views } = await new FakeCluster([fakeMember(7)]).operations().readView()
    const unreadable = [{ kind: 'name', quoted: '"a\\x1bb"' } as const]
    const odd = views.map((view) => ({ ...view, member: { ...view.member, name: '', unreadable } }))
    const [row] = listMemberRows({ members: odd })
    expect(row).toMatchObject({ name: '', isHealthy: true, fault: 'etcd lists it with the name "a\\x1bb"' })
    expect(formatMemberList(row === undefined ? [] : [row], [], plainScreen)).toMatch(
      /^7: etcd lists it with the name/m,
    )
  })

  it('survives JSON, ids beyond 53 bits included', async () => {
    const big = [fakeMember(1, { id: 2n ** 64n - 1n })]
    const rows = listMemberRows(await new FakeCluster(big).operations().readView())
    expect(JSON.parse(JSON.stringify(rows))).toEqual(rows)
    expect(rows[0]).toMatchObject({ id: 'ffffffffffffffff', role: 'raftLeader', isStarted: true, isHealthy: true })
  })
})
