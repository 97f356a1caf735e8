import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planMemberRemoval } from '../../src/cluster/plan-member-removal.ts'
import { readCluster } from '../../src/cluster/read-cluster.ts'
import { asSignetError, SignetError } from '../../src/core/signet-error.ts'
import { judgeCluster } from '../../src/diagnosis/judge/judge-cluster.ts'
import { ClusterReader } from '../../src/endpoint/upstream/cluster-reader.ts'
import { removeMember } from '../../src/etcd/change-membership.ts'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { Cluster } from '../../src/etcd/rpc/rpc_pb.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { updateMember } from '../support/etcd/update-member.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const odd = 'http://192.0.2.66:2380'

describe.skipIf(etcd === undefined)(
  'a member that a client certificate added under an odd URL',
  { timeout: 60_000 },
  () => {
    let cluster: EtcdCluster
    let running: readonly RunningEtcd[]
    let client: EtcdClient
    const logged: string[] = []

    beforeAll(async () => {
      if (etcd === undefined) return
      cluster = new EtcdCluster(etcd)
      running = await startThree(cluster)
      client = cluster.connect(
        running.map(({ clientUrl }) => clientUrl),
        20_000,
      )
    })
    afterAll(() => cluster?.stop())

    function ask(): ClusterReader {
      return new ClusterReader({
        readCredential: async () => ({ certPem: '', keyPem: '' }),
        readCaPem: async () => '',
        connect: async () => ({
          listMembers: (linearizable) => listMembers(client, { linearizable }),
          readVersions: async () => [],
          close: () => {},
        }),
        clock: { now: () => 0 },
        log: { warn: (_kind, fields) => void logged.push(`${fields['member']}: ${fields['reason']}`) },
      })
    }

    const peersOf = (members: readonly RunningEtcd[]) => members.map(({ clientUrl }) => `${clientUrl}\n`).toSorted()
    const linesOf = (text: string) => text.match(/.*\n/g)?.toSorted()

    /** What any holder of a client certificate can do. */
    async function add(peerUrl: string): Promise<bigint> {
      const request = { peerURLs: [peerUrl], isLearner: true }
      const attempt = () =>
        client
          .call(Cluster, (service, deadline) => service.memberAdd(request, deadline), { once: true })
          .catch((error) => {
            // etcd takes no add before its voters have been connected for five seconds.
            if (asSignetError(error).code === 'try-later') return undefined
            throw error
          })
      const { member } = await waitUntil(attempt, {
        timeoutMs: 15_000,
        failure: () => new SignetError('unavailable', 'never settled'),
      })
      return member?.ID ?? 0n
    }

    it.each([odd, 'https://user:password@192.0.2.66:2380', 'unix://192.0.2.66:2380'])(
      'takes the answers from nobody, but from get-topology, which names it; it can be removed: %s',
      async (url) => {
        const id = await add(url)
        expect(linesOf(await ask().readPeers())).toEqual(peersOf(running))
        expect(await ask().readListedAddresses('etcd-2')).toEqual(['127.0.0.1'])
        const refusal = await refusalOf(ask().readTopology())
        expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining(url) })
        expect(logged).toContain(`${id.toString(16)}: etcd lists it with the peer URL "${url}"`)

        const view = await readCluster(client)
        expect(judgeCluster(view)).toContainEqual(
          expect.objectContaining({ level: 'attention', what: expect.stringContaining(url) }),
        )
        const plan = planMemberRemoval(view, id.toString(16))
        await removeMember(client, plan.id)
        expect((await ask().readTopology()).split(',')).toHaveLength(3)
      },
    )

    it('does not silence etcd by entries of 1.5 MB, one for each member', async () => {
      const members = await listMembers(client, { linearizable: true })
      const hostile = { endpoint: running[0]?.clientUrl ?? '', files: cluster.clientFiles }
      for (const [index, { id, peerUrls }] of members.entries()) {
        await updateMember(id, [...peerUrls, `https://${'a'.repeat(1_500_000)}@192.0.2.66:${index + 1}`], hostile)
      }
      expect(linesOf(await ask().readPeers())).toEqual(peersOf(running))
      expect(await ask().readListedAddresses('etcd-1')).toEqual([
        '127.0.0.1',
        expect.stringMatching(/^https:.{1,130}$/),
      ])
      expect((await refusalOf(ask().readTopology())).message).toMatch(/^member [0-9a-f]+ is in the way: .{1,200}$/)
    })
  },
)

/** A cluster of three, founded at once. */
async function startThree(cluster: EtcdCluster): Promise<readonly RunningEtcd[]> {
  const settings = await Promise.all(['etcd-1', 'etcd-2', 'etcd-3'].map((name) => cluster.settle({ name })))
  const initialCluster = settings.map((one) => one.initialCluster).join()
  const running = await Promise.all(settings.map((one) => cluster.start({ ...one, initialCluster })))
  for (const member of running) await cluster.waitUntilServing(member)
  return running
}
