import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readAppliedIndex } from '../../src/etcd/applied-index.ts'
import { connectEtcd, type EtcdClient } from '../../src/etcd/etcd-client.ts'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { findFreePorts } from '../../src/host/net/free-port.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { LostHost } from '../support/etcd/lost-host.ts'
import { TcpGate } from '../support/etcd/tcp-gate.ts'
import { refusalOf } from '../support/refusal.ts'
import { OpensslPki, type PkiFiles, readCredential } from '../support/x509/openssl-pki.ts'

const etcd = findEtcd()

describe.skipIf(etcd === undefined)('a client of etcd', () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let client: EtcdClient

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    client = cluster.connect([member.clientUrl])
  })
  afterAll(() => cluster?.stop())

  const list = (asker: EtcdClient): Promise<unknown> => listMembers(asker, { linearizable: true })
  const connectWith = (files: PkiFiles, endpoint = member.clientUrl): EtcdClient =>
    connectEtcd({ endpoints: [endpoint], timeoutMs: 2000, ...readCredential(files) })

  it('lists the member as it was started', async () => {
    const [only, ...others] = await listMembers(client, { linearizable: true })
    expect(others).toEqual([])
    expect(only).toMatchObject({
      name: 'etcd-1',
      peerUrls: [member.peerUrl],
      clientUrls: [member.clientUrl],
      isLearner: false,
      isStarted: true,
    })
    expect(only?.id).toBeGreaterThan(0n)
  })

  it('reads how a member sees itself', async () => {
    const status = await readMemberStatus(client, member.clientUrl)
    expect(status.version).toMatch(/^3\.\d+\.\d+$/)
    expect(status.raftLeader).toBe(status.memberId)
    expect(status.raftIndex).toBeGreaterThan(0n)
    expect(status.dbSizeBytes).toBeGreaterThan(0)
    expect(status).toMatchObject({ isLearner: false, errors: [] })
  })

  it('reads how far a member has applied the log, from its metrics', async () => {
    const { raftIndex } = await readMemberStatus(client, member.clientUrl)
    const applied = (await readAppliedIndex(member.metricsUrl)) ?? 0n
    expect(applied).toBeGreaterThan(0n)
    await putKey(client, 'a/key', 'a value')
    expect(await readAppliedIndex(member.metricsUrl)).toBeGreaterThan(raftIndex - 1n)
    // Its client port speaks TLS, and nobody listens at the other.
    const [closed] = await findFreePorts('127.0.0.1', 1)
    for (const url of [member.clientUrl.replace('https', 'http'), `http://127.0.0.1:${closed}`]) {
      expect(await readAppliedIndex(url)).toBeUndefined()
    }
  })

  it('keeps one connection, however many calls are made', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const asker = cluster.connect([gate.url])
    await Promise.all(Array.from({ length: 50 }, () => list(asker)))
    for (let call = 0; call < 20; call += 1) await list(asker)
    expect(gate.connectionCount).toBe(1)
    gate.close()
  })

  it('loses no answer when many calls run at once', async () => {
    // Node discards answers that came before they were read: 30 of these were lost.
    for (let round = 0; round < 10; round += 1) {
      const asker = cluster.connect([member.clientUrl])
      await Promise.all(Array.from({ length: 100 }, () => list(asker)))
      asker.close()
    }
  })

  it('connects again after the connection was lost', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const asker = cluster.connect([gate.url], 20_000)
    await list(asker)
    gate.cut()
    await list(asker).catch(() => list(asker))
    expect(gate.connectionCount).toBe(2)
    gate.close()
  })

  it('asks the next endpoint where one is dead, and goes on with the one that answered', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const [dead] = await findFreePorts('127.0.0.1', 1)
    const asker = cluster.connect([`https://127.0.0.1:${dead}`, gate.url])
    await putKey(asker, 'over', 'there')
    await list(asker)
    expect(gate.connectionCount).toBe(1)
    gate.close()
  })

  it('names a dead endpoint at once', async () => {
    const [dead] = await findFreePorts('127.0.0.1', 1)
    const startedMs = performance.now()
    const refusal = await refusalOf(list(cluster.connect([`https://127.0.0.1:${dead}`])))
    expect(performance.now() - startedMs).toBeLessThan(1000)
    expect(refusal.code).toBe('unavailable')
    expect(refusal.message).toBe(`etcd at https://127.0.0.1:${dead} cannot be reached: connection refused`)
    expect(refusal.hint).toContain('systemctl status etcd')
  })

  it('names every endpoint where all are dead', async () => {
    const ports = await findFreePorts('127.0.0.1', 2)
    const refusal = await refusalOf(list(cluster.connect(ports.map((port) => `https://127.0.0.1:${port}`))))
    expect(refusal.code).toBe('unavailable')
    for (const port of ports) expect(refusal.message).toContain(`https://127.0.0.1:${port}`)
  })

  it('waits no longer than its deadline for a server that accepts and says nothing', async () => {
    const silent = createServer()
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : 0
    const startedMs = performance.now()
    const refusal = await refusalOf(list(cluster.connect([`https://127.0.0.1:${port}`], 300)))
    expect(performance.now() - startedMs).toBeLessThan(1500)
    expect(refusal.code).toBe('unavailable')
    expect(refusal.message).toContain('no connection within the time')
    silent.close()
  })

  it('waits no longer than its deadline on a connection that went silent', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const asker = cluster.connect([gate.url], 300)
    await list(asker)
    gate.freeze()
    const startedMs = performance.now()
    const refusal = await refusalOf(list(asker))
    expect(performance.now() - startedMs).toBeLessThan(1500)
    expect(refusal.code).toBe('try-later')
    expect(refusal.message).toContain(gate.url)
    gate.close()
  })

  it('does not send a change twice when its fate is unknown, but asks again what may be asked again', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const asker = cluster.connect([gate.url, member.clientUrl], 300)
    await list(asker)
    gate.freeze()
    expect((await refusalOf(putKey(asker, 'fate', 'unknown', { once: true }))).code).toBe('try-later')
    expect(await getKey(asker, 'fate')).toBeUndefined()
    gate.close()
  })

  it('does not talk to a server of another CA', async () => {
    const other = new OpensslPki(`${cluster.directory}/other-pki`)
    const own = cluster.clientFiles
    const refusal = await refusalOf(list(connectWith({ ...own, caFile: other.caFile })))
    expect(refusal.code).toBe('unavailable')
    expect(refusal.message).toContain('the server certificate is of another CA')
  })

  it('verifies the server whatever the environment says', async () => {
    const other = new OpensslPki(`${cluster.directory}/unverified-pki`)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    try {
      const refusal = await refusalOf(list(connectWith({ ...cluster.clientFiles, caFile: other.caFile })))
      expect(refusal.message).toContain('the server certificate is of another CA')
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it.each([
    ['expired', () => cluster.pki.issueClient('expired', -1), /our certificate: (it has )?expired/],
    [
      'of another CA',
      () => new OpensslPki(`${cluster.directory}/foreign-pki`).issueClient('foreign'),
      /our certificate: /,
    ],
  ])('says so where the server refuses a certificate that is %s', async (_, issue, message) => {
    const refusal = await refusalOf(list(connectWith({ ...issue(), caFile: cluster.pki.caFile })))
    expect(refusal.code).toBe('unavailable')
    expect(refusal.message).toContain(member.clientUrl)
    expect(refusal.message).toMatch(message)
  })

  it('calls a key that belongs to another certificate a matter of configuration', async () => {
    const { certFile, caFile } = cluster.pki.issueClient('one')
    const refusal = await refusalOf(list(connectWith({ caFile, certFile, keyFile: cluster.clientFiles.keyFile })))
    expect(refusal.code).toBe('configuration')
  })

  it('uses the credential of the moment at each new connection', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    let files = cluster.pki.issueClient('outdated', -1)
    const asker = connectEtcd({ endpoints: [gate.url], timeoutMs: 2000, readCredential: () => readCredential(files) })
    expect((await refusalOf(list(asker))).code).toBe('unavailable')
    files = cluster.pki.issueClient('renewed')
    await list(asker)
    asker.close()
    gate.close()
  })

  it.each(['http://127.0.0.1:1', 'https://user@127.0.0.1:1', '127.0.0.1:1', '', 'https://[::1]:1/\u001b[2J'])(
    'takes no endpoint %j',
    async (endpoint) => {
      const refusal = await refusalOf(() => connectWith(cluster.clientFiles, endpoint))
      expect(refusal.code).toBe('configuration')
      expect(refusal.message).toMatch(/^[\x20-\x7e]+$/)
    },
  )

  it('answers nothing more once it is closed', async () => {
    const asker = cluster.connect([member.clientUrl])
    await list(asker)
    asker.close()
    expect((await refusalOf(list(asker))).code).toBe('internal')
  })

  it('dials nobody once it is closed, where a ping was under way', async () => {
    const gate = await TcpGate.open(member.clientUrl)
    const asker = cluster.connect([gate.url])
    await list(asker)
    gate.freeze()
    // After ten seconds of silence a ping goes before the next call.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 })
    const refused = refusalOf(list(asker))
    await new Promise(setImmediate)
    asker.close()
    await refused
    vi.useRealTimers()
    await new Promise(setImmediate)
    expect(gate.connectionCount).toBe(1)
    gate.close()
  })

  const room = new URL('../../src/etcd/', import.meta.url).href
  const runProgram = async (endpoints: readonly string[], body: string): Promise<string> => {
    const options = { endpoints, timeoutMs: 2000, ...readCredential(cluster.clientFiles) }
    const program = `
      const { connectEtcd } = await import('${room}etcd-client.ts')
      const { listMembers } = await import('${room}list-members.ts')
      const client = connectEtcd(${JSON.stringify(options)})
      const list = () => listMembers(client, { linearizable: true, timeoutMs: 300 })
      ${body}`
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
    return stdout
  }

  it.each(['client.close()', ''])('keeps no process alive (%s)', async (last) => {
    expect(await runProgram([member.clientUrl], `console.log((await list()).length)\n${last}`)).toBe('1\n')
  })

  // Node leaves the socket of an HTTP/2 session that is ended before it was connected. A command had printed its last
  // line, a daemon been told to stop, and the process stayed for the two minutes after which TCP gives a lost host up.
  it.each([
    ['it gave up', 'await list().catch(() => {})'],
    ['it was closed', 'setTimeout(() => client.close(), 100); await list().catch(() => {})'],
  ])('keeps no process alive for a host that is gone, once %s', async (_, body) => {
    const lost = await LostHost.open()
    try {
      expect(await runProgram([lost.url], `${body}\nconsole.log('done')`)).toBe('done\n')
    } finally {
      lost.close()
    }
  })
})

describe.skipIf(etcd === undefined)('a server whose own certificate is wrong', () => {
  it.each([
    ['expired', -1, undefined, 'the server certificate has expired'],
    ['for another host', 2, ['subjectAltName=DNS:elsewhere.example'], 'the server certificate does not name this host'],
  ])('is told apart when its certificate is %s', async (_, days, extensions, message) => {
    if (etcd === undefined) return
    const cluster = new EtcdCluster(etcd)
    try {
      const files = cluster.pki.issueMember('etcd-1', days, extensions)
      const { clientUrl } = await cluster.start(await cluster.settle({ name: 'etcd-1', files }))
      const client = cluster.connect([clientUrl], 1000)
      await expect
        .poll(() => refusalOf(readMemberStatus(client, clientUrl)), { timeout: 10_000 })
        .toMatchObject({ code: 'unavailable', message: `no TLS connection to etcd at ${clientUrl}: ${message}` })
    } finally {
      await cluster.stop()
    }
  })
})
