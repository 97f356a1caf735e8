import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readCluster } from '../../src/cluster/read-cluster.ts'
import { asSignetError } from '../../src/core/signet-error.ts'
import { getKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import type { JoinReceipt } from '../../src/setup/join/join-receipt.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { type EtcdBinary, findEtcd } from '../support/etcd/find-etcd.ts'
import { JoiningEtcd, type JoiningSettings } from '../support/etcd/joining-etcd.ts'
import { SteadyWriter } from '../support/etcd/steady-writer.ts'
import { refusalOf } from '../support/refusal.ts'
import { OpensslPki } from '../support/x509/openssl-pki.ts'

const binary = findEtcd()

// More of what goes wrong meanwhile: join-disturbed.slow.test.ts.
describe.skipIf(binary === undefined)('a join with a real etcd', () => {
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

  it('grows one member to three while a steady writer notices nothing', { timeout: 60_000 }, async () => {
    const client = cluster.connect([first.clientUrl])
    const writer = new SteadyWriter(client)
    const second = await (await settle('etcd-2')).join()
    const third = await (await settle('etcd-3')).join()
    const written = await writer.stop()
    expect(written.failures).toEqual([])
    expect(second.advice).toBe('two members tolerate no failure: add a third')
    expect(third).toMatchObject({ voters: 3, toleratedFailures: 1, canaryFailures: 0 })
    process.stderr.write(
      `1->2 ${describeReceipt(second)}; 2->3 ${describeReceipt(third)}; ${written.writes} writes, longest pause ${written.longestPauseMs} ms\n`,
    )
    const view = await readCluster(client)
    expect(view.members.map(({ member }) => member.name).toSorted()).toEqual(['etcd-1', 'etcd-2', 'etcd-3'])
    expect(view.members.every(({ status }) => status?.isLearner === false)).toBe(true)
    expect(await getKey(client, 'signet/canary')).toBeUndefined()
  })

  it('takes a learner out again whose etcd ends, and lets the same name in at once afterwards', {
    timeout: 60_000,
  }, async () => {
    const before = await listMembers(cluster.connect([first.clientUrl]), { linearizable: true })
    const joining = await settle('etcd-2', { extraFlags: foreignPeerFlags(cluster) })
    const failure = await joining.join().then(() => undefined, asSignetError)
    expect(failure?.code).toBe('unavailable')
    expect(failure?.message).toBe('etcd of etcd-2 did not catch up: it has ended')
    expect(await listMembers(cluster.connect([first.clientUrl]), { linearizable: true })).toEqual(before)
    expect(joining.running?.child.isRunning()).toBe(false)
    expect(joining.progress).toBeUndefined()
    const again = await settle('etcd-2')
    expect((await again.join()).voters).toBe(2)
  })

  it('goes on with the learner of a run that was interrupted while etcd caught up', { timeout: 60_000 }, async () => {
    const joining = await settle('etcd-2')
    await joining.joinUntil('catch-up')
    const id = joining.progress?.memberId
    const receipt = await joining.join()
    expect(receipt.memberId).toBe(id)
    expect(receipt.voters).toBe(2)
    const again = await refusalOf(() => joining.join())
    expect(again.code).toBe('refused')
    expect(again.message).toContain('etcd-2 is already a member')
    expect(again.hint).toBe('see: signet member list')
  })

  it('does not join a cluster whose etcd lists what could be a command line', { timeout: 60_000 }, async () => {
    const hostile = new EtcdCluster(binary as EtcdBinary)
    try {
      const { clientUrl } = await hostile.startFirst('etcd-1 --force-new-cluster')
      const joining = await settle('etcd-2', { cluster: hostile, endpoints: [clientUrl] })
      const failure = await joining.join().then(() => undefined, asSignetError)
      expect(failure?.code).toBe('configuration')
      expect(failure?.message).toContain('etcd lists it with the name "etcd-1 --force-new-cluster"')
      expect(failure?.hint).toContain('--name')
      expect(joining.running).toBeUndefined()
      expect(joining.progress).toBeUndefined()
    } finally {
      await hostile.stop()
    }
  })
})

function describeReceipt({ totalMs, longestWritePauseMs, etcdWaitMs }: JoinReceipt): string {
  return `${Math.round(totalMs)} ms, of which etcd waited ${Math.round(etcdWaitMs)}, canary pause ${longestWritePauseMs} ms`
}

/** Peers of another CA: no member accepts it and it accepts none, as behind a blocked peer port. */
function foreignPeerFlags(cluster: EtcdCluster): readonly string[] {
  const files = new OpensslPki(join(cluster.directory, 'other-pki')).issueMember('etcd-2')
  return [
    `--peer-cert-file=${files.certFile}`,
    `--peer-key-file=${files.keyFile}`,
    `--peer-trusted-ca-file=${files.caFile}`,
  ]
}
