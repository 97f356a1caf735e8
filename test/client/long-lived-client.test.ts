import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runRenew } from '../../src/cli/master/renew.ts'
import { runRequest } from '../../src/cli/master/request.ts'
import { createSshAsker } from '../../src/client/ask/ask-signer.ts'
import { systemClock } from '../../src/core/clock.ts'
import { connectEtcd, type EtcdClient } from '../../src/etcd/etcd-client.ts'
import { putKey } from '../../src/etcd/key-value.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { startChild } from '../../src/host/programs/child-process.ts'
import { parseCertificate } from '../../src/x509/parse-certificate.ts'
import { parsePem } from '../../src/x509/pem.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { TcpGate } from '../support/etcd/tcp-gate.ts'
import { refusalOf } from '../support/refusal.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { TestSigner } from '../support/signer/test-signer.ts'
import { type PkiFiles, readCredential } from '../support/x509/openssl-pki.ts'

const lifetimeSeconds = 9
const binary = findEtcd()

describe.skipIf(binary === undefined)('a client that lives longer than its certificates', () => {
  const directory = mkdtempSync(join(tmpdir(), 'signet-long-lived-'))
  const signer = new TestSigner(
    new TestAuthority({ clock: systemClock, lifetimes: { client: lifetimeSeconds, member: 3600 } }),
  )
  const dir = join(directory, 'master')
  const master = { caFile: join(dir, 'ca.crt'), certFile: join(dir, 'client.crt'), keyFile: join(dir, 'client.key') }
  const watchLog = join(directory, 'watch.log')
  const said = { stdout: new PassThrough(), stderr: new PassThrough() }
  const stop = Promise.withResolvers<void>()
  let cluster: EtcdCluster
  let etcd: RunningEtcd
  let gate: TcpGate
  let client: EtcdClient
  let renewing: Promise<void> | undefined

  beforeAll(async () => {
    if (binary === undefined) return
    await signer.start()
    cluster = new EtcdCluster(binary)
    etcd = await cluster.start(await cluster.settle({ name: 'etcd-1', files: await requestMember() }))
    signer.peers = `${etcd.clientUrl}\n`
    await runRequest({ signerIp: '127.0.0.1', port: `${signer.port}`, name: 'kubemaster-1', dir }, said)
    // As kube-apiserver does, it reads its files again at each handshake.
    client = connectEtcd({ endpoints: [etcd.clientUrl], timeoutMs: 2000, readCredential: () => readCredential(master) })
    gate = await TcpGate.open(etcd.clientUrl)
    renewing = runRenew({ dir, daemon: true, json: true }, { ...said, untilStopped: () => stop.promise })
  }, 30_000)
  afterAll(async () => {
    stop.resolve()
    await renewing
    client?.close()
    gate?.close()
    await cluster?.stop()
    await signer.remove()
    rmSync(directory, { recursive: true, force: true })
  })

  async function requestMember(): Promise<PkiFiles> {
    const base = join(directory, 'member')
    const paths = { key: join(base, 'key'), certificate: join(base, 'crt'), ca: join(base, 'ca') }
    const knownHostsFile = join(base, 'known_hosts')
    const target = { address: '127.0.0.1', port: signer.port, knownHostsFile, hostKeyPolicy: 'remember' } as const
    await requestCertificate(
      { kind: 'member', name: 'etcd-1', address: '127.0.0.1', signer: target, paths, stateFile: join(base, 'state') },
      { ask: createSshAsker(), files: localFiles, clock: systemClock },
    )
    return { caFile: paths.ca, certFile: paths.certificate, keyFile: paths.key }
  }

  /** Writes once etcd lets it in. */
  async function put(value: string): Promise<void> {
    const isWritten = () =>
      putKey(client, 'watched', value).then(
        () => 'written',
        (error: Error) => error.message,
      )
    await expect.poll(isWritten, { timeout: 20_000, interval: 100 }).toBe('written')
  }

  /** The stock watch: the client library of kube-apiserver, through a gate that counts its connections. */
  function startWatch() {
    const { caFile, certFile, keyFile } = master
    const files = [`--cacert=${caFile}`, `--cert=${certFile}`, `--key=${keyFile}`]
    const command = join(dirname(binary?.path ?? ''), 'etcdctl')
    return startChild({ command, args: [`--endpoints=${gate.url}`, ...files, 'watch', 'watched'], logFile: watchLog })
  }

  const watched = () => readFileSync(watchLog, 'utf8')
  const installed = () => parseCertificate(parsePem(readFileSync(master.certFile, 'utf8'), 'CERTIFICATE'))

  it('keeps its watch open across renewals, and reconnects with the renewed certificate after etcd restarts', async () => {
    const first = { credential: readCredential(master), certificate: installed() }
    await put('etcd serves')
    const watch = await startWatch()
    await expect.poll(() => gate.connectionCount, { timeout: 10_000 }).toBe(1)
    const serials = new Set([first.certificate.serialHex])
    const seeRenewals = () => serials.add(installed().serialHex).size
    await expect.poll(seeRenewals, { timeout: 30_000 }).toBeGreaterThanOrEqual(4)
    expect(systemClock.now()).toBeGreaterThan(first.certificate.notAfterMs)

    await put('after the first certificate expired')
    await expect.poll(watched, { timeout: 10_000 }).toContain('after the first certificate expired')
    expect(gate.connectionCount).toBe(1)

    await etcd.kill()
    etcd = await etcd.restart()
    await put('after etcd restarted')
    await expect.poll(watched, { timeout: 20_000 }).toContain('after etcd restarted')
    expect(gate.connectionCount).toBeGreaterThan(1)
    expect(watch.isRunning()).toBe(true)

    const old = connectEtcd({ endpoints: [etcd.clientUrl], timeoutMs: 2000, ...first.credential })
    const error = await refusalOf(() => putKey(old, 'watched', 'never'))
    old.close()
    // 3.4 says less of it than 3.5.
    expect(error.message).toMatch(/refused our certificate: (it has expired$|expired, or of another CA)/)
    await watch.stop(0)
  }, 90_000)
})
