import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { runSnapshotList, runSnapshotPrune } from '../../src/cli/host/snapshot-list.ts'
import { putKey } from '../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { sidecarPath, snapshotName } from '../../src/host/snapshots/snapshot-name.ts'
import { readSnapshotState } from '../../src/host/snapshots/snapshot-state.ts'
import type { RecoveryWorld } from '../../src/recovery/recovery-world.ts'
import { saveSnapshot } from '../../src/recovery/save-snapshot.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import { documentedJson, shapeOf } from '../support/docs/json-page.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const noonMs = Date.UTC(2026, 0, 31, 12)
const hourMs = 3_600_000
const dayMs = 24 * hourMs

describe.skipIf(etcd === undefined)('the snapshots that stay on a member', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let host: RecoveryHost
  let directory: string

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
  })
  afterAll(() => cluster?.stop())
  beforeEach(() => {
    host = new RecoveryHost(cluster, member)
    directory = host.world.layout.snapshots
  })
  afterEach(() => host.remove())

  const at = (timeMs: number): RecoveryWorld => ({ ...host.world, clock: { now: () => timeMs } })
  const stays = () =>
    readdirSync(directory)
      .filter((name) => !name.startsWith('.'))
      .toSorted()
  const snapshots = () => stays().filter((name) => name.endsWith('.db'))

  function configure(text: string): void {
    mkdirSync(join(host.root, 'etc/signet'), { recursive: true })
    writeFileSync(host.world.layout.snapshotConfiguration, text)
  }

  /** The same snapshot under the names of other times, and of another cluster where one is given. */
  async function fill(times: readonly number[], clusterId?: string): Promise<readonly string[]> {
    const { file } = await takeSnapshot(at(noonMs - 100 * dayMs), { to: join(host.root, 'whole.db') })
    const told = JSON.parse(readFileSync(sidecarPath(file), 'utf8'))
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const names = times.map((timeMs) => {
      const cluster = clusterId ?? told.clusterId
      const name = snapshotName(BigInt(`0x${cluster}`), BigInt(told.revision), timeMs)
      copyFileSync(file, join(directory, name))
      const sidecar = { ...told, clusterId: cluster, time: new Date(timeMs).toISOString() }
      writeFileSync(sidecarPath(join(directory, name)), JSON.stringify(sidecar))
      return name
    })
    await localFiles.remove(file)
    await localFiles.remove(sidecarPath(file))
    return names
  }

  async function prune(world: RecoveryWorld, dryRun?: true): Promise<string> {
    const stdout = new PassThrough({ encoding: 'utf8' })
    await runSnapshotPrune(dryRun === undefined ? {} : { dryRun }, { stdout, stderr: stdout }, world)
    return stdout.read()
  }

  it('are pruned by a save, which tells what went, and its sidecar with each', async () => {
    const hours = Array.from({ length: 60 }, (_, hour) => noonMs - (hour + 1) * hourMs)
    await fill(hours)
    const removed: number[] = []
    await saveSnapshot(at(noonMs), { onPruned: ({ remove }) => void removed.push(remove.length) })
    // 24 of the newest, the firsts of two days before; then the new one pushes none out.
    expect(removed[0]).toBeGreaterThan(20)
    expect(snapshots()).toContain(snapshots().find((name) => name.includes('20260131T120000Z')))
    expect(stays()).toHaveLength(2 * snapshots().length)
  })

  it('are all there after a dry run, which names those that would go', async () => {
    const [old = ''] = await fill([noonMs - 30 * hourMs, noonMs - 32 * hourMs, noonMs])
    configure('keep: {all: 1h, daily: 1d}')
    const before = stays()
    const said = await prune(at(noonMs), true)
    expect(stays()).toEqual(before)
    expect(said).toMatch(new RegExp(`^would remove ${old}$`, 'm'))
    expect(await prune(at(noonMs))).toMatch(/^1 snapshot stays, /m)
    expect(snapshots()).toHaveLength(1)
  })

  it('are the newest alone where maxBytes leaves no more, and never none', async () => {
    await fill([1, 2, 3, 4].map((hour) => noonMs - hour * hourMs))
    configure('maxBytes: 1MiB')
    const { bytes } = await saveSnapshot(at(noonMs))
    expect(snapshots().length).toBeLessThanOrEqual(Math.ceil(2 ** 20 / bytes))
    expect(snapshots().at(-1)).toContain('20260131T120000Z')
  })

  it('are none of what we did not name, nor of another cluster by the rule of this one', async () => {
    await fill([noonMs - 50 * dayMs, noonMs - 49 * dayMs], 'feedbeef00000001')
    await fill([noonMs - 2 * hourMs, noonMs - 3 * hourMs, noonMs - hourMs])
    const strange = ['mine.db', 'etcd-old.db', 'notes.txt', 'etcd-0123abcd-20200101T000000Z-r1.db.age']
    for (const name of strange) writeFileSync(join(directory, name), '')
    const link = 'etcd-0123abcd-20200101T000000Z-r1.db'
    symlinkSync(join(directory, 'mine.db'), join(directory, link))
    configure('keep: {all: 1h, daily: 1d}')
    await prune(at(noonMs))
    for (const name of [...strange, link]) expect(stays()).toContain(name)
    expect(snapshots().filter((name) => name.startsWith('etcd-feedbeef'))).toHaveLength(1)
    expect(snapshots().some((name) => name.includes(new Date(noonMs - hourMs).toISOString().slice(11, 13)))).toBe(true)
  })

  it('are named for the future where the clock was wrong, and then stay, and are told', async () => {
    const [ahead = ''] = await fill([noonMs + 300 * dayMs, noonMs - 3 * hourMs, noonMs - 60 * hourMs])
    configure('keep: {all: 1h, daily: 1d}')
    expect(await prune(at(noonMs))).toContain(`${ahead} stays: its time has not come`)
    expect(snapshots()).toHaveLength(2)
    const stdout = new PassThrough({ encoding: 'utf8' })
    await runSnapshotList({}, { stdout, stderr: stdout }, at(noonMs))
    expect(stdout.read()).toMatch(new RegExp(`${ahead} .* named for the future$`, 'm'))
  })

  it('are all of them while none that would stay is whole', async () => {
    await fill([noonMs - hourMs, noonMs - 30 * hourMs, noonMs - 31 * hourMs])
    configure('keep: {all: 1h, daily: 1d}')
    const newest = snapshots().at(-1) ?? ''
    truncateSync(join(directory, newest), 10_000)
    const said = await prune(at(noonMs))
    expect(said).toMatch(/^2 snapshots would go, but none of those that stay is whole/m)
    expect(snapshots()).toHaveLength(3)
    // A new one is.
    const { file } = await saveSnapshot(at(noonMs + hourMs))
    expect(snapshots()).toEqual([newest, basename(file)])
  })

  it('lose nothing to saves that fail, however often', async () => {
    await fill([1, 2, 3, 40, 80].map((hour) => noonMs - hour * hourMs))
    const before = stays()
    const silent = { ...at(noonMs), etcdPorts: { client: 1, metrics: 1 } }
    for (let tries = 0; tries < 3; tries += 1) expect((await refusalOf(saveSnapshot(silent))).code).toBe('unavailable')
    expect(stays()).toEqual(before)
    expect((await readSnapshotState(host.world.layout, localFiles)).save?.lastTry.failure).not.toBeNull()
  })

  it('are not touched by two saves at once: the second is to try later', async () => {
    const [one, other] = await Promise.allSettled([saveSnapshot(at(noonMs)), saveSnapshot(at(noonMs + 1000))])
    const outcomes = [one, other].map((settled) => (settled.status === 'rejected' ? settled.reason.code : 'saved'))
    expect(outcomes.toSorted()).toEqual(['saved', 'try-later'])
    expect(snapshots()).toHaveLength(1)
  })

  it('do not lie among what killed saves have left, while one that was moved away keeps its sidecar', async () => {
    const [cutOff = '', moved = ''] = await fill([noonMs - hourMs, noonMs - 2 * hourMs])
    const temporary = join(directory, '.signet-snapshot.0123456789ab.new')
    copyFileSync(join(directory, cutOff), temporary)
    await localFiles.remove(join(directory, cutOff))
    await localFiles.remove(join(directory, moved))
    // Of the same length, which most snapshots of a member are.
    const another = { ...JSON.parse(readFileSync(sidecarPath(join(directory, moved)), 'utf8')), sha256: 'ab' }
    writeFileSync(sidecarPath(join(directory, moved)), JSON.stringify(another))
    utimesSync(temporary, 1, 1)
    const { file } = await saveSnapshot(at(noonMs))
    expect(stays()).toEqual([basename(sidecarPath(moved)), basename(file), basename(sidecarPath(file))].toSorted())
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([])
  })

  it.each([
    ['save: {every: 1s}', 'configuration'],
    ['save: [', 'configuration'],
  ])('are not touched where snapshot.yaml is not right: %s', async (text, code) => {
    await fill([noonMs - hourMs])
    const before = stays()
    configure(text)
    for (const refused of [saveSnapshot, prune]) {
      expect(await refusalOf(refused(at(noonMs)))).toMatchObject({
        code,
        message: expect.stringContaining('snapshot.yaml'),
      })
    }
    expect(stays()).toEqual(before)
  })

  it.each([
    ['the file', '', 0o666],
    ['its directory', '..', 0o777],
  ])('are saved by no configuration that another account can change: %s', async (_, path, mode) => {
    configure('copy: /tmp/theirs')
    chmodSync(join(host.world.layout.snapshotConfiguration, path), mode)
    const refusal = await refusalOf(saveSnapshot(at(noonMs)))
    expect(refusal).toMatchObject({ code: 'refused', hint: expect.stringContaining('chmod go-w') })
    expect(stays()).toEqual([])
    const { save } = await readSnapshotState(host.world.layout, localFiles)
    expect(save?.lastTry.failure).toBe(refusal.message)
  })

  it('are not saved into a directory that another account can change', async () => {
    mkdirSync(directory, { recursive: true })
    chmodSync(directory, 0o777)
    expect(await refusalOf(saveSnapshot(at(noonMs)))).toMatchObject({ code: 'refused' })
    expect(readdirSync(directory)).toEqual([])
  })

  it('are none on a host that is no member', async () => {
    const layout = { ...host.world.layout, memberKey: '/nowhere/server.key', memberCertificate: '/nowhere/server.crt' }
    const refusal = await refusalOf(saveSnapshot({ ...at(noonMs), layout }))
    expect(refusal).toMatchObject({ code: 'configuration', hint: expect.stringContaining('member') })
    expect(stays()).toEqual([])
  })

  it('are refused one that is larger than all may be', async () => {
    const client = cluster.connect([member.clientUrl])
    for (let key = 0; key < 3; key += 1) await putKey(client, `large-${key}`, new Uint8Array(1_000_000))
    // etcd tells what it has committed, ten times a second.
    const status = () => readMemberStatus(client, member.clientUrl)
    await vi.waitFor(async () => expect((await status()).dbSizeBytes).toBeGreaterThan(2 ** 20))
    configure('maxBytes: 1MiB')
    const refusal = await refusalOf(saveSnapshot(at(noonMs)))
    expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('maxBytes allows 1 MiB') })
  })

  it('are listed with who signed them and what is wrong', async () => {
    await fill([noonMs - hourMs, noonMs - 26 * hourMs, noonMs - 3 * dayMs])
    const [oldest = '', older = ''] = snapshots()
    writeFileSync(sidecarPath(join(directory, oldest)), '{}')
    await localFiles.remove(sidecarPath(join(directory, older)))
    const stdout = new PassThrough({ encoding: 'utf8' })
    await runSnapshotList({ json: true }, { stdout, stderr: stdout }, at(noonMs))
    const printed = JSON.parse(stdout.read())
    const { snapshots: listed } = printed
    const described = shapeOf(documentedJson('snapshot list')) as { snapshots: readonly object[] }
    expect(Object.keys(listed[0])).toEqual(Object.keys(described.snapshots[0] ?? {}))
    expect(
      listed.map(({ signature, fault }: { signature: string; fault: string | null }) => [signature, fault]),
    ).toEqual([
      ['none', null],
      ['none', 'it has no sidecar'],
      ['bad', expect.stringContaining('is no sidecar')],
    ])
  })
})
