import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyMemberRemoval } from '../../src/cluster/apply-member-removal.ts'
import { alarmsOf } from '../../src/cluster/cluster-alarm.ts'
import { etcdOperations } from '../../src/cluster/cluster-operations.ts'
import type { ClusterView } from '../../src/cluster/cluster-view.ts'
import { planMemberRemoval } from '../../src/cluster/plan-member-removal.ts'
import { readCluster } from '../../src/cluster/read-cluster.ts'
import { realTime } from '../../src/core/clock.ts'
import { judgeCluster } from '../../src/diagnosis/judge/judge-cluster.ts'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { putKey } from '../../src/etcd/key-value.ts'
import { Maintenance } from '../../src/etcd/rpc/rpc_pb.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { JoiningEtcd, type JoiningSettings } from '../support/etcd/joining-etcd.ts'
import { refusalOf } from '../support/refusal.ts'

const binary = findEtcd()

// etcdserverpb: AlarmAction ACTIVATE, AlarmType CORRUPT.
const [activate, corrupt] = [1, 2]

describe.skipIf(binary === undefined)('alarms of a real cluster', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let client: EtcdClient
  let members: readonly RunningEtcd[]

  beforeAll(async () => {
    if (binary === undefined) return
    cluster = new EtcdCluster(binary)
    const places = await Promise.all(['etcd-1', 'etcd-2', 'etcd-3'].map((name) => cluster.settle({ name })))
    const initialCluster = places.map(({ name, listenPeerUrls }) => `${name}=${listenPeerUrls[0]}`).join()
    const quotaBackendBytes = 2_000_000
    members = await Promise.all(places.map((place) => cluster.start({ ...place, initialCluster, quotaBackendBytes })))
    for (const member of members) await cluster.waitUntilServing(member)
    client = cluster.connect(members.map(({ clientUrl }) => clientUrl))
  })
  afterAll(() => cluster?.stop())

  const readView = (): Promise<ClusterView> => readCluster(client)
  const alarms = async (): Promise<readonly string[]> => alarmsOf(await readView()).map(({ what }) => what)

  /** What an operator types behind `signet etcdctl --`. */
  function etcdctl(...args: readonly string[]): string {
    const { caFile, certFile, keyFile } = cluster.clientFiles
    const tls = [`--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`]
    const command = `${dirname(binary?.path ?? '')}/etcdctl`
    return execFileSync(command, [`--endpoints=${members[0]?.clientUrl}`, ...tls, ...args], { encoding: 'utf8' })
  }

  async function remove(name: string): Promise<void> {
    await applyMemberRemoval(planMemberRemoval(await readView(), name), etcdOperations(client), realTime)
    await members.find((member) => member.name === name)?.kill()
  }

  async function join(special: Partial<JoiningSettings> = {}): Promise<unknown> {
    const version = binary?.version ?? { major: 0, minor: 0, patch: 0 }
    const endpoints = [members[0]?.clientUrl ?? '']
    return (await JoiningEtcd.settle({ cluster, name: 'etcd-4', endpoints, version, ...special })).join()
  }

  it('CORRUPT is told once, by the name of its member, which can be removed; then it is that of a member that is gone', async () => {
    const found = (await readView()).members.find(({ member }) => member.name === 'etcd-3')
    const request = { action: activate, memberID: found?.member.id ?? 0n, alarm: corrupt }
    await client.call(Maintenance, (maintenance, deadline) => maintenance.alarm(request, deadline))
    await expect.poll(alarms).toEqual(['alarm CORRUPT of etcd-3'])
    await expect
      .poll(async () => (await readView()).members.map(({ status }) => status?.alarms.length))
      .toEqual([1, 1, 1])
    const findings = judgeCluster(await readView()).map(({ check, level }) => [check, level])
    expect(findings).toEqual([
      ['quorum', 'well'],
      ['alarm', 'broken'],
    ])
    expect(await refusalOf(putKey(client, 'key', 'value'))).toMatchObject({
      message: expect.stringContaining('CORRUPT'),
    })
    expect(await refusalOf(join())).toMatchObject({
      code: 'try-later',
      message: 'no member is added while etcd has the alarm CORRUPT of etcd-3',
    })
    await remove('etcd-3')
    // etcd 3.4 answers a list from one member's memory, which may be a moment behind.
    await expect.poll(alarms).toEqual([`alarm CORRUPT of a member that is gone (${request.memberID.toString(16)})`])
    etcdctl('alarm', 'disarm')
    await expect.poll(alarms).toEqual([])
    await putKey(client, 'key', 'value')
  })

  it('NOSPACE leaves the quorum alone: a member can be removed, and what is advised ends the alarm', async () => {
    const fill = async (): Promise<void> => {
      // It counts what it has committed, every 100 ms.
      for (let write = 0; write < 1000; write += 1) await putKey(client, 'key', new Uint8Array(100_000))
    }
    expect(await refusalOf(fill())).toMatchObject({ code: 'unavailable', message: expect.stringContaining('NOSPACE') })
    await expect.poll(alarms).toContainEqual(expect.stringMatching(/^alarm NOSPACE of etcd-[12]$/))
    expect(judgeCluster(await readView())[0]).toMatchObject({
      level: 'well',
      what: '2 of 2 voting members serve, 0 may fail',
    })
    expect(await refusalOf(join())).toMatchObject({ code: 'try-later', message: expect.stringContaining('NOSPACE') })
    await remove('etcd-2')
    await expect.poll(alarms).toContainEqual(expect.stringMatching(/^alarm NOSPACE of (etcd-1|a member that is gone)/))
    const revision = /"revision":(\d+)/.exec(etcdctl('endpoint', 'status', '-w', 'json'))?.[1] ?? ''
    etcdctl('compact', revision)
    etcdctl('defrag')
    etcdctl('alarm', 'disarm')
    await expect.poll(alarms).toEqual([])
    await putKey(client, 'key', 'value')
    const [own] = (await readView()).members
    const size = own?.status?.dbSizeBytes ?? 0
    expect(await refusalOf(join({ quotaBackendBytes: size }))).toMatchObject({
      code: 'configuration',
      message: expect.stringMatching(/^the database has .*, which do not fit the quota of etcd-4, /),
    })
    expect((await readView()).members).toHaveLength(1)
  })
})
