import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asSignetError } from '../../src/core/signet-error.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import type { StepListener } from '../../src/setup/run/step-listener.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { JoiningEtcd, type JoiningSettings } from '../support/etcd/joining-etcd.ts'
import { silentListener } from '../support/silent.ts'

const binary = findEtcd()

describe.skipIf(binary === undefined)('a join with a real etcd that is disturbed', () => {
  let cluster: EtcdCluster
  let first: RunningEtcd

  beforeEach(async () => {
    if (binary === undefined) return
    cluster = new EtcdCluster(binary)
    first = await cluster.startFirst()
  })

  afterEach(() => cluster.stop())

  function settle(name: string, special: Partial<JoiningSettings> = {}): Promise<JoiningEtcd> {
    const version = binary?.version ?? { major: 0, minor: 0, patch: 0 }
    return JoiningEtcd.settle({ cluster, name, endpoints: [first.clientUrl], version, ...special })
  }

  it('takes a learner out again whose peer port is blocked', { timeout: 60_000 }, async () => {
    const client = cluster.connect([first.clientUrl])
    const before = await listMembers(client, { linearizable: true })
    // Held, so that nobody else gets that port meanwhile.
    const closed = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const bound = closed.address()
    const url = `https://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`
    const joining = await settle('etcd-2', { advertisedPeerUrl: url })
    const failure = await joining.join().then(() => undefined, asSignetError)
    closed.close()
    expect(failure?.code).toBe('unavailable')
    expect(failure?.message).toBe(`etcd-1 cannot reach ${url}`)
    expect(await listMembers(client, { linearizable: true })).toEqual(before)
  })

  it('joins although the Raft leader is killed and started again in the middle', { timeout: 60_000 }, async () => {
    let restart: Promise<unknown> = Promise.resolve()
    const listener: StepListener = {
      ...silentListener,
      started: ({ id }) => {
        if (id === 'catch-up') restart = first.kill().then(() => first.restart())
      },
    }
    const receipt = await (await settle('etcd-2')).join({ listener })
    await restart
    expect(receipt.voters).toBe(2)
  })

  it('lets two hosts join at the same time', { timeout: 60_000 }, async () => {
    const hosts = await Promise.all([settle('etcd-2'), settle('etcd-3')])
    const receipts = await Promise.all(hosts.map((host) => host.join()))
    expect(receipts.map(({ voters }) => voters).toSorted()).toEqual([2, 3])
  })

  it('names the dead member that blocks it, and leaves the list as it was', { timeout: 60_000 }, async () => {
    const second = await settle('etcd-2')
    await second.join()
    await (await settle('etcd-3')).join()
    await second.running?.kill()
    const client = cluster.connect([first.clientUrl])
    const before = await listMembers(client, { linearizable: true })
    const failure = await (await settle('etcd-4')).join().then(() => undefined, asSignetError)
    expect(failure?.code).toBe('try-later')
    expect(failure?.message).toContain('no member is added while etcd-2 is not healthy')
    expect(await listMembers(client, { linearizable: true })).toEqual(before)
  })
})
