import { chmodSync, readdirSync, writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runSnapshotSave } from '../../src/cli/host/snapshot-save.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { parseSnapshotConfig } from '../../src/host/snapshots/snapshot-config.ts'
import { readSnapshotState } from '../../src/host/snapshots/snapshot-state.ts'
import type { RecoveryWorld } from '../../src/recovery/recovery-world.ts'
import { saveSnapshot } from '../../src/recovery/save-snapshot.ts'
import { readTurn } from '../../src/recovery/turns/read-turn.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const usual = parseSnapshotConfig('', 'snapshot.yaml')
const noonMs = Date.UTC(2026, 0, 31, 12)
const minuteMs = 60_000

describe.skipIf(etcd === undefined)('signet snapshot save --if-due', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let host: RecoveryHost

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
  })
  afterAll(() => cluster?.stop())
  beforeEach(() => {
    host = new RecoveryHost(cluster, member, cluster.pki.issueMember('etcd-1'))
  })
  afterEach(() => host.remove())

  const at = (minute: number): RecoveryWorld => ({ ...host.world, clock: { now: () => noonMs + minute * minuteMs } })
  const saved = () => readdirSync(host.world.layout.snapshots).filter((name) => name.endsWith('.db'))

  /** What the command wrote to each stream. */
  async function saveIfDue(world: RecoveryWorld): Promise<readonly string[]> {
    const said = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })] as const
    await runSnapshotSave({ ifDue: true }, { stdout: said[0], stderr: said[1] }, world)
    return said.map((stream) => stream.read() ?? '')
  }

  it('saves once a period, and says nothing in the log meanwhile', async () => {
    const [path] = await saveIfDue(at(3))
    expect(path).toMatch(/\/etcd-[0-9a-f]{8}-20260131T120300Z-r1\.db\n$/)
    for (const minute of [8, 30, 59]) expect(await saveIfDue(at(minute))).toEqual(['', ''])
    await saveIfDue(at(60))
    expect(saved()).toHaveLength(2)
    const { save } = await readSnapshotState(host.world.layout, localFiles)
    expect(save).toMatchObject({ lastTry: { failure: null }, lastSuccess: { takenAt: '2026-01-31T13:00:00.000Z' } })
    expect(save?.lastSuccess?.snapshot).toBe(saved().toSorted()[1])
  })

  it('goes by the members of the last snapshot where etcd does not answer, and keeps why it failed', async () => {
    await saveSnapshot(at(1), {})
    const silent = { ...at(65), etcdPorts: { client: 1, metrics: 1 } }
    expect((await readTurn(silent, usual))?.isDue).toBe(true)
    const sidecar = `${host.world.layout.snapshots}/${saved()[0]?.replace('.db', '.json')}`
    const told = JSON.parse((await localFiles.read(sidecar))?.text ?? '')
    const other = { id: 'ffff', name: 'etcd-0', peerUrls: [] }
    chmodSync(sidecar, 0o600)
    writeFileSync(sidecar, JSON.stringify({ ...told, members: [other, ...told.members] }))
    // The half hour of etcd-0 first.
    expect(await readTurn(silent, usual)).toMatchObject({ isDue: false, startMs: noonMs + 90 * minuteMs })
    const refusal = await refusalOf(saveIfDue({ ...silent, clock: at(95).clock }))
    expect(refusal.code).toBe('unavailable')
    const { save } = await readSnapshotState(host.world.layout, localFiles)
    expect(save).toMatchObject({ lastTry: { failure: refusal.message }, lastSuccess: { revision: '1' } })
  })
})
