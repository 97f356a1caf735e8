import { generateKeyPairSync } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type InitOptions, runInit } from '../../src/cli/host/init.ts'
import { getKey } from '../../src/etcd/key-value.ts'
import { parseConfig } from '../../src/host/signet-config.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRaisingEtcdutl } from '../support/etcd/find-raising-etcdutl.ts'
import { bringEtcdutl, connectHost, LostCluster } from '../support/host/lost-cluster.ts'
import { type Said, TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const etcdutl = findRaisingEtcdutl(etcd)
const timeoutMs = 60_000

describe.skipIf(etcdutl === undefined)('a cluster all of whose hosts are lost', () => {
  let lost: LostCluster
  let host: TestHost
  const typed = (change: Partial<InitOptions> = {}): InitOptions => {
    const { caKey, caCert, from } = lost
    return memberOptions(host, { caKey, caCert, from, name: 'etcd-9', ...change })
  }
  const init = (change: Partial<InitOptions> = {}): Promise<Said> =>
    host.listen((streams) => runInit(typed(change), streams, host.world()))
  const readValue = async (key: string): Promise<string> => {
    const client = connectHost(host)
    try {
      return new TextDecoder().decode((await getKey(client, key))?.value)
    } finally {
      client.close()
    }
  }

  beforeAll(async () => {
    lost = await LostCluster.create('127.0.0.44', etcd?.path ?? '')
  }, timeoutMs)
  afterAll(() => lost?.remove())
  beforeEach(async () => {
    host = await TestHost.create('127.0.0.45', etcd?.path)
    bringEtcdutl(host, etcdutl ?? '')
  })
  afterEach(() => host.remove())

  it(
    'is founded anew from the saved CA key and a snapshot, on one fresh host',
    async () => {
      const before = host.files()
      const { stdout: plan } = await init({ dryRun: true })
      expect(plan).toContain('restore revision')
      expect(host.files()).toEqual(before)
      const { stdout, stderr } = await init({ json: true })
      const told = JSON.parse(stdout)
      expect(readFileSync(host.layout.caKey, 'utf8')).toBe(readFileSync(lost.caKey, 'utf8'))
      expect(await readValue('a')).toBe('1')
      expect(told.receipt.newClusterId).not.toBe(lost.clusterId)
      expect(told.receipt).toMatchObject({ oldClusterId: lost.clusterId, apiservers: ['192.0.2.31'] })
      expect(BigInt(told.receipt.revisionAfter)).toBeGreaterThan(lost.revision + 1_000_000_000n)
      expect(stderr).toMatch(/^signet: lost: all that was written since then/m)
      const { joins, members } = parseConfig(readFileSync(host.layout.configuration, 'utf8'), 'signet.yaml')
      // The list of the sidecar is signed: who was a member may come back by its name and address.
      expect({ joins, members }).toEqual({
        joins: 'closed',
        members: { 'etcd-9': host.address, 'etcd-1': '127.0.0.44' },
      })
      expect(await refusalOf(init())).toMatchObject({ code: 'refused', message: 'this host was set up before' })
    },
    timeoutMs,
  )

  it('is not founded from what does not belong together, and this host stays as it was', async () => {
    const before = host.files()
    const other = join(lost.directory, 'other.key')
    writeFileSync(
      other,
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    expect(await refusalOf(init({ caKey: other }))).toMatchObject({
      code: 'configuration',
      message: 'the CA key does not belong to the CA certificate',
    })
    expect(await refusalOf(init({ caKey: '/nowhere/ca.key' }))).toMatchObject({ code: 'usage' })
    const alone = join(lost.directory, 'alone.db')
    copyFileSync(lost.from, alone)
    expect(await refusalOf(init({ from: alone }))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining('vouches'),
    })
    const changed = join(lost.directory, 'changed.db')
    writeFileSync(changed, readFileSync(lost.from).fill(7, 9000, 9001))
    expect(await refusalOf(init({ from: changed, unsigned: true }))).toMatchObject({ code: 'bad-data' })
    rmSync(join(host.layout.localEtcd, 'etcdutl'))
    if (!existsSync(join(dirname(etcd?.path ?? ''), 'etcdutl'))) {
      expect(await refusalOf(init())).toMatchObject({
        code: 'configuration',
        message: expect.stringMatching(/etcdutl|raise/),
      })
    }
    expect({ ...host.files(), 'root/setup.log': '' }).toEqual({
      ...before,
      'root/setup.log': '',
      'usr/local/bin/etcdutl': undefined,
    })
    expect(host.commands).toEqual([])
  })
})
