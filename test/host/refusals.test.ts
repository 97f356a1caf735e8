import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAdopt } from '../../src/cli/host/adopt.ts'
import { runInit } from '../../src/cli/host/init.ts'
import { runJoin } from '../../src/cli/host/join.ts'
import { removeFirstBoot } from '../../src/setup/first-boot.ts'
import { canBeTwoAccounts, otherAccount } from '../support/host/other-account.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { memberOptions } from './member-options.ts'

let host: TestHost

beforeEach(async () => {
  host = await TestHost.create('127.0.0.44')
})
afterEach(() => host.remove())

const init = (change = {}) =>
  host.listen((streams) => runInit({ ...memberOptions(host), dryRun: true, ...change }, streams, host.world()))
const join2 = (options = {}) =>
  host.listen((streams) => runJoin({ name: 'etcd-2', address: [host.address], ...options }, streams, host.world()))

const adopt = () => host.listen((streams) => runAdopt({ caKey: 'ca.key' }, streams, host.world()))

describe('a host that cannot be set up', () => {
  it('is refused to everybody but root', async () => {
    const world = host.world({ isRoot: false })
    for (const run of [runInit, runJoin, runAdopt]) {
      expect(await refusalOf(run({}, process, world))).toMatchObject({
        code: 'refused',
        message: 'only root can set up this host',
      })
    }
  })

  const asTwo = it.skipIf(!canBeTwoAccounts("init, join and adopt where root's directories are another account's"))

  asTwo.each([
    ['chown -R etcd: /etc/etcd', (path: string) => chownSync(path, otherAccount.uid, otherAccount.gid)],
    ['chmod g+w', (path: string) => chmodSync(path, 0o775)],
  ])("has directories of root's that another account can change (%s)", async (_, harm) => {
    const pki = dirname(host.layout.caKey)
    mkdirSync(pki, { recursive: true })
    harm(dirname(pki))
    const before = host.files()
    const runs = [() => init({ dryRun: false }), () => join2({ signerIp: '127.0.0.1' }), () => adopt()]
    for (const run of runs) {
      const failure = await refusalOf(run())
      expect(failure).toMatchObject({ code: 'refused', message: expect.stringContaining(`${dirname(pki)} `) })
      expect(failure.hint).toContain(`chown root: ${dirname(pki)}`)
    }
    expect([host.files(), host.commands]).toEqual([before, []])
  })

  it.each([
    ['holds data', { revision: 2, members: 1 }],
    ['has other members', { revision: 1, members: 3 }],
  ])('has an etcd that %s: it is left alone', async (_, found) => {
    host.active.add('etcd.service')
    host.defaultEtcd = found
    const before = host.files()
    const failure = await refusalOf(init({ dryRun: false }))
    expect(failure).toMatchObject({ code: 'configuration', message: 'an etcd that is in use runs on this host' })
    const { 'root/setup.log': _log, ...after } = host.files()
    expect([after, host.commands]).toEqual([before, []])
  })

  it.each(['memberKey', 'memberCertificate', 'renewal', 'configuration', 'caKey', 'caCertificate'] as const)(
    'has a %s of another life: init overwrites nothing',
    async (file) => {
      const path = host.layout[file]
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, 'old')
      const failure = await refusalOf(init())
      expect(failure).toMatchObject({ code: 'configuration', message: expect.stringContaining('not made by this run') })
      expect(failure.hint).toContain('.old')
    },
  )

  it('is the signer of another cluster: join refuses', async () => {
    mkdirSync(host.layout.pki, { recursive: true })
    writeFileSync(host.layout.caKey, 'old')
    expect(await refusalOf(join2({ signerIp: '127.0.0.1' }))).toMatchObject({ code: 'configuration' })
  })

  it('has data of another member: it is never deleted', async () => {
    mkdirSync(host.layout.dataDirectory, { recursive: true })
    expect(await refusalOf(init())).toMatchObject({ code: 'configuration' })
    expect(existsSync(host.layout.dataDirectory)).toBe(true)
  })

  it('does not know whom to ask: join refuses', async () => {
    expect(await refusalOf(join2())).toMatchObject({ code: 'usage', message: 'the signer is not named' })
    const failure = await refusalOf(join2({ signerIp: 'signer', address: undefined }))
    expect(failure).toMatchObject({ code: 'usage', hint: expect.stringContaining('--address') })
  })

  it('is no member: adopt refuses', async () => {
    const failure = await refusalOf(runAdopt({ caKey: '/none', dryRun: true }, process, host.world()))
    expect(failure).toMatchObject({ code: 'configuration', message: 'this host is no member of the cluster' })
  })
})

describe('first-boot.sh', () => {
  const script = join(import.meta.dirname, '../../packaging/first-boot.sh')

  it.each([[[]], [['adopt']], [['--help']], [['init;reboot']]])('wants init or join, not %j', (args) => {
    const { status, stderr } = spawnSync('sh', [script, ...args], { encoding: 'utf8' })
    expect(status).toBe(64)
    expect(stderr).toContain('signet: hint:')
  })

  it('is removed with its directory, unless something else is in it; twice does no harm', async () => {
    const { firstBoot } = host.layout
    await removeFirstBoot(firstBoot)
    await removeFirstBoot(firstBoot)
    expect(existsSync(dirname(firstBoot))).toBe(false)
    mkdirSync(dirname(firstBoot), { recursive: true })
    for (const file of [firstBoot, join(dirname(firstBoot), 'notes')]) writeFileSync(file, '')
    await removeFirstBoot(firstBoot)
    expect(existsSync(firstBoot)).toBe(false)
    expect(existsSync(join(dirname(firstBoot), 'notes'))).toBe(true)
  })
})
