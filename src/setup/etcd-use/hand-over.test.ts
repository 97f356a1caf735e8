import { expect, it } from 'vitest'
import { FakeCluster, fakeMember } from '../../../test/support/etcd/fake-cluster.ts'
import type { ClusterView } from '../../cluster/cluster-view.ts'
import { doubtOf } from './hand-over.ts'

/** Three members of which the first leads, at these indexes. */
async function viewAt(...indexes: readonly bigint[]): Promise<ClusterView> {
  const { members } = await new FakeCluster([1, 2, 3].map((id) => fakeMember(id))).operations().readView()
  return {
    members: members.map(({ member, status }, at) => ({
      member,
      ...(status && { status: { ...status, raftIndex: indexes[at] ?? 0n } }),
    })),
  }
}

it.each([
  ['members that are level', [9000n, 9000n, 9000n], undefined],
  ['answers of two moments', [9000n, 8990n, 8000n], undefined],
  ['a voter that lags far behind', [90_000n, 90_000n, 70_000n], 'etcd-3 lacks 20000 entries'],
  ['this member, which lags itself', [90_000n, 0n, 90_000n], undefined],
])('whether etcd-2 had better not restart is read from %s', async (_, indexes, doubt) => {
  expect(doubtOf(await viewAt(...indexes), 'etcd-2')).toBe(doubt)
})
