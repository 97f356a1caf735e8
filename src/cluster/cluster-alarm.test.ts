import { expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../test/support/etcd/fake-cluster.ts'
import type { Alarm } from '../etcd/alarm.ts'
import { alarmsOf } from './cluster-alarm.ts'

async function fixOf(members: number, alarm: Alarm): Promise<string | undefined> {
  const cluster = new FakeCluster(Array.from({ length: members }, (_, index) => fakeMember(index + 1)))
  cluster.alarms = [alarm]
  const alarms = alarmsOf(await cluster.operations().readView())
  expect(alarms).toHaveLength(1)
  return alarms[0]?.fix
}

it.each<[string, number, Alarm, RegExp]>([
  [
    'room is made and the alarm disarmed',
    3,
    { kind: 'NOSPACE', memberId: 1n },
    /compact .*defrag.*quota.*alarm disarm$/,
  ],
  [
    'a corrupt member is removed',
    3,
    { kind: 'CORRUPT', memberId: 2n },
    /^on another member: signet member remove etcd-2; /,
  ],
  ['the last member is not, which would be refused', 1, { kind: 'CORRUPT', memberId: 1n }, /^compare its data/],
  [
    'of one that is gone only the alarm is left',
    2,
    { kind: 'CORRUPT', memberId: 9n },
    /^signet etcdctl -- alarm disarm$/,
  ],
  ['one that etcd does not name is looked for', 3, { kind: 'CORRUPT', memberId: 0n }, /endpoint hashkv/],
  ['one of a new kind is looked at', 3, { kind: '3', memberId: 1n }, /^signet etcdctl -- alarm list; then .* disarm$/],
])('%s', async (_, members, alarm, fix) => {
  expect(await fixOf(members, alarm)).toMatch(fix)
})

it('tells of the alarms of members first, and of 64 at most', async () => {
  const cluster = new FakeCluster([fakeMember(1), fakeMember(2)])
  const invented = Array.from({ length: 5000 }, (_, index) => ({ kind: 'NOSPACE', memberId: BigInt(index + 100) }))
  cluster.alarms = [...invented, { kind: 'CORRUPT', memberId: 2n }]
  const alarms = alarmsOf(await cluster.operations().readView())
  expect([alarms.length, alarms[0]?.what]).toEqual([64, 'alarm CORRUPT of etcd-2'])
})
