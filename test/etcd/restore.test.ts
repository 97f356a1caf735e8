import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { countKeys } from '../../src/etcd/snapshot/store-at-revision.ts'
import { findRestoreTool, type RestoreTool } from '../../src/recovery/restore/find-restore-tool.ts'
import type { RestoreOrder } from '../../src/recovery/restore/restore-order.ts'
import { restoreSnapshot } from '../../src/recovery/restore/restore-snapshot.ts'
import type { SnapshotReceipt } from '../../src/recovery/snapshot-receipt.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import { EtcdCluster } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { RestoreHost } from '../support/etcd/restore-tools.ts'
import { canMount, inMountNamespace } from '../support/host/mount-namespace.ts'
import { canBeTwoAccounts, otherAccount } from '../support/host/other-account.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)

describe.skipIf(etcd === undefined || restorer === undefined)('restoring', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let saved: SnapshotReceipt
  let source: RecoveryHost
  let programs: RestoreHost
  let host: RestoreHost
  let tool: RestoreTool
  let order: RestoreOrder

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    const member = await cluster.startFirst()
    const client = cluster.connect([member.clientUrl])
    for (let key = 0; key < 20; key += 1) await putKey(client, `key-${key}`, `value ${key}`)
    source = new RecoveryHost(cluster, member)
    saved = await takeSnapshot(source.world)
    programs = new RestoreHost(etcd)
    tool = await findRestoreTool(programs.world)
    await member.kill()
  })
  afterAll(async () => {
    source?.remove()
    programs?.remove()
    await cluster?.stop()
  })
  beforeEach(() => {
    if (etcd === undefined) return
    host = new RestoreHost(etcd)
    order = {
      ...{ tool, file: saved.file, savedBy: saved.etcdVersion, dataDirectory: join(host.root, 'signet') },
      ...{ memberName: 'etcd-9', peerUrls: ['https://127.0.0.1:2999'], token: 'new-token' },
      initialCluster: { 'etcd-9': ['https://127.0.0.1:2999'] },
    }
  })
  afterEach(() => host?.remove())

  it('is done by a program of the etcd that the host runs, which tells what it can', () => {
    expect(tool).toMatchObject({ name: etcd?.version.minor === 4 ? 'etcdctl' : 'etcdutl' })
    expect(tool.version.split('.')[1]).toBe(`${etcd?.version.minor}`)
    expect(tool.canBump).toBe(etcd?.version.minor !== 4)
  })

  it('makes data from which etcd starts, as the first member of another cluster', async () => {
    const settings = await cluster.settle({ name: 'etcd-restored' })
    await restoreSnapshot(
      {
        ...{ tool, file: saved.file, dataDirectory: settings.dataDir, memberName: 'etcd-restored', token: 'new' },
        ...{ peerUrls: settings.advertisePeerUrls, initialCluster: { 'etcd-restored': settings.advertisePeerUrls } },
      },
      host.world,
    )
    const running = await cluster.start(settings)
    await cluster.waitUntilServing(running)
    const client = cluster.connect([running.clientUrl])
    const moment = { endpoint: running.clientUrl, revision: 0n, timeoutMs: 5000 }
    expect(await countKeys(client, moment)).toBe(saved.keys)
    await running.kill()
  })

  it('raises the revision by as much as is wanted, or says that this tool cannot', async () => {
    const bump = { by: 1_000_000n, markCompacted: true } as const
    if (!tool.canBump) {
      const refusal = await refusalOf(findRestoreTool(host.world, { mustBump: true }))
      expect(refusal).toMatchObject({ code: 'configuration', hint: expect.stringContaining('signet-etcd') })
      return
    }
    await restoreSnapshot({ ...order, bump }, host.world)
    const settings = await cluster.settle({ name: 'etcd-9' })
    const running = await cluster.start({ ...settings, dataDir: order.dataDirectory })
    await cluster.waitUntilServing(running)
    const client = cluster.connect([running.clientUrl])
    await putKey(client, 'after', 'x')
    expect((await getKey(client, 'after'))?.revision).toBe(BigInt(saved.revision) + 1_000_001n)
    await running.kill()
  })

  it.each([
    ['a byte of which is another', (file: string) => changeByte(file, 9000), 'its bytes are not those'],
    ['that breaks off', (file: string) => truncateSync(file, 10_000), 'no digest'],
    ['that is empty', (file: string) => truncateSync(file, 0), 'it is empty'],
    ['that is something else', (file: string) => writeFileSync(file, 'x'.repeat(20_512)), 'its bytes are not those'],
  ])('refuses a file %s, and leaves nothing', async (_, spoil, said) => {
    const file = join(host.root, 'spoilt.db')
    writeFileSync(file, readFileSync(saved.file))
    spoil(file)
    const refusal = await refusalOf(restoreSnapshot({ ...order, file }, host.world))
    expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining(said) })
    expect(readdirSync(host.root).toSorted()).toEqual(['etc', 'spoilt.db'])
  })

  it("takes a database file of etcd's own, which has no digest, only where it is told so", async () => {
    const file = join(host.root, 'db')
    writeFileSync(file, readFileSync(saved.file).subarray(0, -32))
    expect(await refusalOf(restoreSnapshot({ ...order, file }, host.world))).toMatchObject({ code: 'bad-data' })
    await restoreSnapshot({ ...order, file, skipHashCheck: true }, host.world)
    expect(existsSync(join(order.dataDirectory, 'member/snap/db'))).toBe(true)
  })

  it('refuses what a newer etcd has saved, which etcd itself would take', async () => {
    const refusal = await refusalOf(restoreSnapshot({ ...order, savedBy: '3.99.0' }, host.world))
    expect(refusal).toMatchObject({ code: 'configuration', message: expect.stringContaining('is of etcd 3.99.0') })
    expect(existsSync(order.dataDirectory)).toBe(false)
  })

  it.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a file', (path: string) => writeFileSync(path, '')],
    ['a link that leads nowhere', (path: string) => symlinkSync('nowhere', path)],
  ])('overwrites nothing: %s', async (_, make) => {
    make(order.dataDirectory)
    const refusal = await refusalOf(restoreSnapshot(order, host.world))
    expect(refusal).toMatchObject({ code: 'refused', message: expect.stringContaining('is there already') })
    expect(readdirSync(host.root).toSorted()).toEqual(['etc', 'signet'])
  })

  it('that is interrupted leaves nothing, and what one left that was killed goes', async () => {
    mkdirSync(`${order.dataDirectory}.signet-restoring/data/member`, { recursive: true })
    host.interrupt.abort()
    const refusal = await refusalOf(restoreSnapshot(order, host.world))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('nothing of it is left') })
    expect(readdirSync(host.root)).toEqual(['etc'])
  })

  it('whose tool is killed, or hangs and is interrupted, leaves nothing', async () => {
    const program = join(host.root, 'tool')
    writeFileSync(program, '#!/bin/sh\nmkdir -p data/member/snap; echo half >data/member/snap/db; kill -9 $$\n')
    chmodSync(program, 0o755)
    const killed = await refusalOf(restoreSnapshot({ ...order, tool: { ...tool, program } }, host.world))
    expect(killed).toMatchObject({ code: 'configuration', message: expect.stringContaining('was killed') })
    writeFileSync(program, '#!/bin/sh\nmkdir -p data/member/snap; echo half >data/member/snap/db; exec sleep 600\n')
    const onProgress = (): void => host.interrupt.abort()
    const hanging = restoreSnapshot({ ...order, tool: { ...tool, program }, onProgress }, host.world)
    expect(await refusalOf(hanging)).toMatchObject({ code: 'try-later' })
    expect(readdirSync(host.root).toSorted()).toEqual(['etc', 'tool'])
  })

  it.skipIf(!canMount('restoring on a full disk'))('says that there is no room, and leaves nothing', async () => {
    mkdirSync(join(host.root, 'small'))
    const restoring = join(import.meta.dirname, '../../src/recovery/restore/restore-snapshot.ts')
    const small = { ...order, dataDirectory: join(host.root, 'small/signet') }
    const program = `
      import { restoreSnapshot } from '${restoring}'
      const { signal } = new AbortController()
      await restoreSnapshot(${JSON.stringify(small)}, { signal }).catch(({ code, message }) => console.log(code, message))
    `
    writeFileSync(join(host.root, 'restore.mjs'), program)
    // For less than the database, for none of its log, for not all of its log.
    const { stdout } = await inMountNamespace(`
      cd '${host.root}' && for size in 10k 200k 60m; do
        mount -t tmpfs -o size=$size,mode=700 none small
        '${process.execPath}' restore.mjs; ls -A small; umount small
      done
    `)
    const said = `configuration there is no room in ${join(host.root, 'small')} for what is restored\n`
    expect(stdout).toBe(said.repeat(3))
  })

  it.skipIf(!canBeTwoAccounts('restored data that are another account'))('gives the data to their owner', async () => {
    await restoreSnapshot({ ...order, owner: otherAccount }, host.world)
    const below = readdirSync(order.dataDirectory, { recursive: true, encoding: 'utf8' })
    expect(below).toContain('member/snap/db')
    for (const path of [order.dataDirectory, ...below.map((name) => join(order.dataDirectory, name))])
      expect(lstatSync(path), path).toMatchObject(otherAccount)
  })

  it('that could be led elsewhere by a link in its place is refused', async () => {
    symlinkSync('/tmp', `${order.dataDirectory}.signet-restoring`)
    await restoreSnapshot(order, host.world)
    expect(existsSync('/tmp/data')).toBe(false)
    expect(lstatSync(order.dataDirectory).isDirectory()).toBe(true)
  })
})

function changeByte(file: string, place: number): void {
  const bytes = readFileSync(file)
  bytes[place] = (bytes[place] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
