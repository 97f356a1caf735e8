import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { etcdFlags, fitEtcdFlags, parseEtcdVersion } from '../../src/etcd/versions/flags-by-version.ts'
import { EtcdCluster, type RunningEtcd } from '../support/etcd/etcd-server.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { OpensslPki, type PkiFiles } from '../support/x509/openssl-pki.ts'

const etcd = findEtcd()

/** The status of an HTTP/1.1 request with this certificate, or the code of what failed. */
function ask(url: string, files: PkiFiles, method = 'GET'): Promise<number | string> {
  const [ca, cert, key] = [files.caFile, files.certFile, files.keyFile].map((file) => readFileSync(file))
  return new Promise((resolve) => {
    const asking = request(url, { ca, cert, key, method, agent: false, timeout: 3000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0))
    })
    asking.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    asking.once('timeout', () => asking.destroy(new Error('timeout')))
    asking.end()
  })
}

describe.skipIf(etcd === undefined)('an etcd with our flags', () => {
  let cluster: EtcdCluster
  let member: RunningEtcd
  let open: RunningEtcd

  beforeAll(async () => {
    if (etcd === undefined) return
    cluster = new EtcdCluster(etcd)
    member = await cluster.startFirst()
    const settings = await cluster.settle({ name: 'etcd-open' })
    const shut = /^--(peer-cert-allowed-hostname|enable-grpc-gateway)=/
    open = await cluster.start(settings, (flags) => flags.filter((flag) => !shut.test(flag)))
    await cluster.waitUntilServing(open)
  })
  afterAll(() => cluster?.stop())

  it('starts, understands every flag and warns of none', async () => {
    const log = readFileSync(member.logFile, 'utf8')
    expect(member.child.isRunning()).toBe(true)
    expect(log).toContain('"pre-vote":true')
    expect(log).not.toMatch(/"level":"warn".*(deprecat|flag)/i)
  })

  it.each(['3.4.0', '3.6.0', '3.7.0'])('starts with flags that were written for %s, once they fit it', async (text) => {
    const version = etcd?.version ?? { major: 0, minor: 0, patch: 0 }
    const settings = await cluster.settle({ name: `etcd-of-${text}` })
    const upgraded = await cluster.start(settings, () =>
      fitEtcdFlags(version, etcdFlags(parseEtcdVersion(`etcd Version: ${text}\n`), settings)),
    )
    await cluster.waitUntilServing(upgraded)
    expect(readFileSync(upgraded.logFile, 'utf8')).not.toMatch(/"level":"warn".*(deprecat|flag)/i)
  })

  it('opens its peer port to member certificates alone', async () => {
    // No SAN in this certificate: one that does not resolve would be refused anyway and prove nothing.
    expect(await ask(`${open.peerUrl}/members`, cluster.clientFiles)).toBe(200)
    expect(await ask(`${member.peerUrl}/members`, cluster.clientFiles)).not.toBe(200)
    expect(await ask(`${member.peerUrl}/members`, cluster.pki.issueMember('asking'))).toBe(200)
  })

  it('has no JSON gateway', async () => {
    expect(await ask(`${open.clientUrl}/v3/maintenance/status`, cluster.clientFiles, 'POST')).toBe(200)
    expect(await ask(`${member.clientUrl}/v3/maintenance/status`, cluster.clientFiles, 'POST')).toBe(404)
  })

  it('answers nobody without a certificate of the CA', async () => {
    const stranger = new OpensslPki(`${cluster.directory}/foreign-pki`).issueClient('foreign')
    const files = { ...stranger, caFile: cluster.clientFiles.caFile }
    expect(await ask(`${member.clientUrl}/health`, cluster.clientFiles)).toBe(200)
    expect(await ask(`${member.clientUrl}/health`, files)).toMatch(/^(ERR_SSL|ECONNRESET)/)
  })

  it('tells its health and metrics where we say', async () => {
    const health = await fetch(`${member.metricsUrl}/health`)
    expect(await health.json()).toMatchObject({ health: 'true' })
    expect(await (await fetch(`${member.metricsUrl}/metrics`)).text()).toContain(
      'etcd_server_quota_backend_bytes 2.68435456e+08',
    )
  })

  it('starts again with its data, state "new" notwithstanding, once it has checked it', async () => {
    await member.kill()
    member = await member.restart()
    await cluster.waitUntilServing(member)
    expect(readFileSync(member.logFile, 'utf8')).toContain('starting initial corruption check')
  })
})
