import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asSignetError, SignetError } from '../../src/core/signet-error.ts'
import { addLearner, promoteMember } from '../../src/etcd/change-membership.ts'
import type { EtcdClient } from '../../src/etcd/etcd-client.ts'
import { formatTopology } from '../../src/etcd/format-topology.ts'
import { deleteKey, putKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { KV, Maintenance } from '../../src/etcd/rpc/rpc_pb.ts'
import { countKeys, readKeysHash } from '../../src/etcd/snapshot/store-at-revision.ts'
import { readStoreRevision } from '../../src/etcd/snapshot/store-revision.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { waitUntil } from '../../src/host/wait-until.ts'
import { formatTaken, formatVerified } from '../../src/recovery/format-snapshot.ts'
import { readRoom } from '../../src/recovery/read-room.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import { verifySnapshot } from '../../src/recovery/verify-snapshot.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { RecoveryHost } from '../support/etcd/recovery-host.ts'
import { findRestorer, restoreSnapshot } from '../support/etcd/restore-snapshot.ts'
import { TcpGate } from '../support/etcd/tcp-gate.ts'
import { TlsGate } from '../support/etcd/tls-gate.ts'
import { commandIn } from '../support/hints/said-hint.ts'
import { refusalOf } from '../support/refusal.ts'
import { OpensslPki } from '../support/x509/openssl-pki.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)

describe.skipIf(etcd === undefined)('a snapshot of this member', { timeout: 60_000 }, () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let client: EtcdClient
  let host: RecoveryHost

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    client = cluster.connect([member.clientUrl])
    for (let key = 0; key < 40; key += 1) await putKey(client, `key-${key}`, `value ${key}`)
    await deleteKey(client, 'key-39')
  })
  afterAll(() => cluster?.stop())
  beforeEach(() => {
    host = new RecoveryHost(cluster, member)
  })
  afterEach(() => host.remove())

  function compact(url: string, revision: number): void {
    const { caFile, certFile, keyFile } = cluster.clientFiles
    const access = [`--endpoints=${url}`, `--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`]
    execFileSync(join(dirname(etcd?.path ?? ''), 'etcdctl'), [...access, 'compact', `${revision}`, '--physical'])
  }

  it('has its name, and its sidecar, only once it is whole and proven', async () => {
    const receipt = await takeSnapshot(host.world)
    const { file, signedBy, unsignedBecause, ...sidecar } = receipt
    expect(file).toMatch(/\/var\/lib\/signet-snapshots\/etcd-[0-9a-f]{8}-[0-9]{8}T[0-9]{6}Z-r42\.db$/)
    const bytes = readFileSync(file)
    expect(receipt).toMatchObject({ revision: '42', compactRevision: '0', keys: 39, bytes: bytes.length })
    expect(receipt.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(bytes.subarray(-32)).toEqual(createHash('sha256').update(bytes.subarray(0, -32)).digest())
    // The pair that asks is a client's.
    expect([signedBy, unsignedBecause]).toEqual([null, expect.stringContaining('is no member')])
    expect(receipt.members).toEqual([{ id: receipt.memberId, name: 'etcd-1', peerUrls: [member.peerUrl] }])
    expect(JSON.parse(readFileSync(file.replace(/\.db$/, '.json'), 'utf8'))).toEqual(sidecar)
    expect(readdirSync(dirname(file))).toHaveLength(2)
    expect([file, file.replace(/\.db$/, '.json'), dirname(file)].map(modeOf)).toEqual(['600', '600', '700'])
    expect(await verifySnapshot(file, host.world.files)).toMatchObject({ revision: '42', sidecar })
  })

  it('is signed by the member, which whoever has the CA can tell', async () => {
    const own = new RecoveryHost(cluster, member, cluster.pki.issueMember('etcd-1'))
    const { caCertificate } = own.world.layout
    const { file, signedBy, unsignedBecause } = await takeSnapshot(own.world)
    expect([signedBy?.member, unsignedBecause]).toEqual(['etcd-1', null])
    expect(await verifySnapshot(file, localFiles, caCertificate)).toMatchObject({ signedBy, signature: 'good' })
    expect(await verifySnapshot(file, localFiles, '/nowhere')).toMatchObject({ signedBy: null, signature: 'unjudged' })
    const other = new OpensslPki(join(own.root, 'other'))
    expect(await refusalOf(verifySnapshot(file, localFiles, other.caFile))).toMatchObject({ code: 'refused' })
    expect(formatVerified(await verifySnapshot(file, localFiles, caCertificate))).toMatch(/^signature +by etcd-1, /m)
    // One of an earlier version, or one that somebody made anew.
    const beside = file.replace(/\.db$/, '.json')
    const { signature: _, ...unsigned } = JSON.parse(readFileSync(beside, 'utf8'))
    writeFileSync(beside, JSON.stringify(unsigned))
    expect(await verifySnapshot(file, localFiles, caCertificate)).toMatchObject({ signedBy: null, signature: 'none' })
    own.remove()
  })

  it('is refused under the name of another day', async () => {
    const { file } = await takeSnapshot(host.world)
    const other = join(dirname(file), 'etcd-0123abcd-20991231T235959Z-r42.db')
    renameSync(file, other)
    renameSync(file.replace(/\.db$/, '.json'), other.replace(/\.db$/, '.json'))
    const refusal = await refusalOf(verifySnapshot(other, localFiles))
    expect(refusal).toMatchObject({ code: 'bad-data', message: expect.stringContaining('by another name') })
    execFileSync('sh', ['-c', commandIn(refusal.hint ?? '', /(mv .*)/)])
    await verifySnapshot(file, localFiles)
  })

  it.skipIf(restorer === undefined)('is what etcd restores, to the revision and the hash of the receipt', async () => {
    const receipt = await takeSnapshot(host.world)
    const settings = await cluster.settle({ name: `restored-${receipt.revision}` })
    restoreSnapshot(restorer ?? '', receipt.file, settings)
    const restored = await cluster.start(settings)
    await cluster.waitUntilServing(restored)
    const moment = { endpoint: restored.clientUrl, revision: BigInt(receipt.revision), timeoutMs: 5000 }
    const asker = cluster.connect([restored.clientUrl])
    expect(await revisionOf(asker)).toBe(receipt.revision)
    expect(await countKeys(asker, moment)).toBe(receipt.keys)
    // 3.4 counts what it restored as compacted, and tells no hash of it.
    if (etcd?.version.minor !== 4) expect((await readKeysHash(asker, moment))?.hash).toBe(receipt.hashKv?.hash)
    await restored.kill()
  })

  it('is refused once a byte of it is another, by etcd too: the control of the test above', async () => {
    const { file } = await takeSnapshot(host.world)
    changeByte(file, 9000)
    expect(await refusalOf(verifySnapshot(file, host.world.files))).toMatchObject({ code: 'bad-data' })
    if (restorer === undefined) return
    const settings = await cluster.settle({ name: 'refused' })
    expect(() => restoreSnapshot(restorer, file, settings)).toThrow(/expected sha256/)
  })

  it('holds the revision that was compacted, also where no key is left of it', async () => {
    const other = await cluster.startFirst('etcd-compacted')
    const asker = cluster.connect([other.clientUrl])
    for (const key of ['a', 'b', 'c']) await putKey(asker, key, 'x')
    for (const key of ['a', 'b', 'c']) await deleteKey(asker, key)
    compact(other.clientUrl, 7)
    const otherHost = new RecoveryHost(cluster, other)
    const receipt = await takeSnapshot(otherHost.world)
    expect(receipt).toMatchObject({ revision: '7', compactRevision: '7', keys: 0 })
    otherHost.remove()
    await other.kill()
  })

  it('is read for its revision whatever its bytes are, and read to an end', async () => {
    const { file } = await takeSnapshot(host.world)
    const whole = readFileSync(file)
    const at = async (bytes: Buffer) =>
      readStoreRevision(async (offset, length) => bytes.subarray(offset, offset + length)).catch((error) => {
        expect(asSignetError(error).code).toBe('bad-data')
      })
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 30 }), async (changes) => {
        const bytes = Buffer.from(whole)
        for (const [place, value] of changes) bytes[place] = value
        await at(bytes)
      }),
      { numRuns: 300 },
    )
  })

  it('that was changed on its way is given no name, though nothing broke off', async () => {
    for (let key = 0; key < 4; key += 1) await putKey(client, `large-${key}`, 'to be turned '.repeat(80_000))
    let turned = 0
    const gate = await TlsGate.open(member.clientUrl, cluster.pki.issueMember('gate'), (chunk) => {
      const place = turned === 0 ? chunk.indexOf('to be turned') : -1
      if (place < 0) return chunk
      turned += 1
      return Buffer.from(chunk).fill('T', place, place + 1)
    })
    const behind = new RecoveryHost(cluster, { ...member, clientUrl: gate.url })
    const refusal = await refusalOf(takeSnapshot(behind.world))
    expect(turned).toBe(1)
    expect(refusal).toMatchObject({ code: 'unavailable', message: expect.stringContaining('was changed on its way') })
    expect(readdirSync(behind.world.layout.snapshots)).toEqual([])
    expect(await takeSnapshot(behind.world)).toMatchObject({ keys: 43 })
    gate.close()
    behind.remove()
  })

  it('that etcd dies under is given no name', async () => {
    const other = await cluster.startFirst('etcd-dying')
    const asker = cluster.connect([other.clientUrl])
    for (let key = 0; key < 8; key += 1) await putKey(asker, `large-${key}`, new Uint8Array(1_000_000))
    const gate = await TcpGate.open(other.clientUrl)
    const behind = new RecoveryHost(cluster, { ...other, clientUrl: gate.url })
    const onProgress = (): void => {
      gate.freeze()
      void other.kill()
    }
    const refusal = await refusalOf(takeSnapshot(behind.world, { onProgress }))
    expect(refusal.code).toBe('unavailable')
    expect(readdirSync(behind.world.layout.snapshots)).toEqual([])
    gate.close()
    behind.remove()
  })

  it('needs no quorum, and no vote from 3.5 on', async () => {
    const first = await cluster.startFirst('etcd-first')
    const asker = cluster.connect([first.clientUrl])
    const joins = formatTopology(await listMembers(asker, { linearizable: true }))
    const settings = await cluster.settle({ name: 'etcd-second', joins })
    const { added } = await addLearner(asker, settings.advertisePeerUrls)
    const second = await cluster.start(settings)
    await cluster.waitUntilServing(second)
    const own = new RecoveryHost(cluster, second)
    const ofLearner = takeSnapshot(own.world, { to: join(own.root, 'learner.db') })
    if (etcd?.version.minor === 4) expect((await refusalOf(ofLearner)).code).toBe('try-later')
    else expect(await ofLearner).toMatchObject({ members: [], hashKv: null })
    await waitUntil(() => promoteMember(asker, added.id).catch(() => undefined), {
      timeoutMs: 10_000,
      failure: () => new SignetError('unavailable', 'the learner is not promoted'),
    })
    await first.kill()
    const { file, members } = await takeSnapshot(own.world)
    expect(members.map(({ name }) => name).toSorted()).toEqual(['etcd-first', 'etcd-second'])
    await verifySnapshot(file, localFiles)
    own.remove()
    await second.kill()
  })

  it('of a member whose data etcd found to differ says so', async () => {
    const doubtful = await cluster.startFirst('etcd-doubtful')
    const asker = cluster.connect([doubtful.clientUrl])
    const { memberId } = await readMemberStatus(asker, doubtful.clientUrl)
    // etcdserverpb: AlarmAction ACTIVATE, AlarmType CORRUPT.
    const raise = { action: 1, memberID: memberId, alarm: 2 }
    await asker.call(Maintenance, (maintenance, deadline) => maintenance.alarm(raise, deadline))
    const own = new RecoveryHost(cluster, doubtful)
    const receipt = await takeSnapshot(own.world)
    expect(receipt.alarms).toEqual(['CORRUPT'])
    expect(formatTaken(receipt).join()).toContain('alarm CORRUPT')
    expect(formatVerified(await verifySnapshot(receipt.file, localFiles))).toMatch(/^doubt .*alarm CORRUPT/m)
    own.remove()
    await doubtful.kill()
  })

  it('is refused where others could exchange it', async () => {
    const open = join(host.root, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    expect(await refusalOf(takeSnapshot(host.world, { to: open }))).toMatchObject({ code: 'refused' })
    chmodSync(open, 0o1777)
    const refusal = await refusalOf(takeSnapshot(host.world, { to: `${open}/saved.db` }))
    expect(refusal).toMatchObject({ code: 'refused', hint: expect.stringContaining('--to=') })
    expect(readdirSync(open)).toEqual([])
  })

  it('knows the room that etcd may need: by the quota that it was started with', async () => {
    expect(await readRoom(host.root, 1, host.world)).toMatchObject({ sharedQuotaBytes: 256 * 1024 * 1024 })
  })

  it('is one of two that are given the same name at once', async () => {
    const to = join(host.root, 'same.db')
    const [one, other] = await Promise.allSettled([takeSnapshot(host.world, { to }), takeSnapshot(host.world, { to })])
    const refused = [one, other].filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'refused' } }])
    expect(await verifySnapshot(to, localFiles)).toMatchObject({ sidecar: { keys: 43 } })
    expect(readdirSync(host.root).toSorted()).toEqual(['same.db', 'same.json'])
  })

  it.each(['taken.db', 'taken.json'])('overwrites nothing: %s', async (name) => {
    symlinkSync('nowhere', join(host.root, name))
    const refusal = await refusalOf(takeSnapshot(host.world, { to: join(host.root, 'taken.db') }))
    expect(refusal.message).toContain(`${name} is there already`)
    expect(readdirSync(host.root)).toEqual([name])
  })

  it('removes what a save that was killed has left, and nothing else', async () => {
    const directory = join(host.root, 'place')
    mkdirSync(directory)
    const left = ['.signet-snapshot.0123456789ab.new', 'mine.new', '.signet-snapshot.txt']
    for (const name of left) writeFileSync(join(directory, name), '')
    for (const name of left) utimesSync(join(directory, name), 1, 1)
    writeFileSync(join(directory, '.signet-snapshot.ba9876543210.new'), 'of a save that runs')
    await takeSnapshot(host.world, { to: `${directory}/saved.db` })
    const names = ['.signet-snapshot.ba9876543210.new', '.signet-snapshot.txt', 'mine.new', 'saved.db', 'saved.json']
    expect(readdirSync(directory).toSorted()).toEqual(names)
  })

  it('is taken anew after Ctrl-C, which leaves nothing', async () => {
    const order = { onProgress: () => host.interrupt.abort() }
    expect(await refusalOf(takeSnapshot(host.world, order))).toMatchObject({ code: 'try-later' })
    expect(readdirSync(host.world.layout.snapshots)).toEqual([])
  })
})

function changeByte(file: string, place: number): void {
  const bytes = readFileSync(file)
  bytes[place] = (bytes[place] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

async function revisionOf(client: EtcdClient): Promise<string> {
  const { header } = await client.call(KV, (kv, deadline) => kv.range({ key: Buffer.from('a') }, deadline))
  return `${header?.revision}`
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}
