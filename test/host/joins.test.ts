import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join as joinPath } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { runJoin } from '../../src/cli/host/join.ts'
import { runMemberRemove } from '../../src/cli/host/member-remove.ts'
import { runJoinsClose } from '../../src/cli/signer/joins-close.ts'
import { runJoinsOpen } from '../../src/cli/signer/joins-open.ts'
import { runJoinsRelease } from '../../src/cli/signer/joins-release.ts'
import { runJoinsStatus } from '../../src/cli/signer/joins-status.ts'
import { renewCertificate } from '../../src/client/renew/renew-certificate.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { parseConfig } from '../../src/host/signet-config.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { applyRelease } from '../../src/setup/joins/apply-release.ts'
import { documentedJson, shapeOf } from '../support/docs/json-page.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { type Said, TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { requestCertificate } from '../support/shell/request-certificate.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const timeoutMs = 60_000
const comment = '# Agreed with the network team.\n'

describe.skipIf(etcd === undefined)('joins, with the real daemons and a real etcd', () => {
  let signer: TestHost
  let second: TestHost
  let third: TestHost
  let pin = ''

  const join = (host: TestHost, name: string): Promise<Said> => {
    const options = { signerIp: signer.address, port: `${signer.embeddedPort}`, address: [host.address], pin, name }
    return host.listen((streams) => runJoin(options, streams, host.world()))
  }
  const close = (options = {}, world: Partial<HostWorld> = {}): Promise<Said> =>
    signer.listen((streams) => runJoinsClose(options, streams, signer.world(world)))
  const open = (options = {}): Promise<Said> =>
    signer.listen((streams) => runJoinsOpen(options, streams, signer.world()))
  const release = (name: string, options = {}): Promise<Said> =>
    signer.listen((streams) => runJoinsRelease(name, options, streams, signer.world()))
  const status = async () =>
    JSON.parse((await signer.listen((streams) => runJoinsStatus({ json: true }, streams, signer.world()))).stdout)
  const renew = (host: TestHost) => {
    const { ask, files, clock } = host.world()
    return renewCertificate({ stateFile: host.layout.renewal, force: true }, { ask, files, clock })
  }
  const requestMaster = async () => {
    const at = (name: string): string => joinPath(dirname(second.layout.renewal), 'master', name)
    const { ask, files, clock } = second.world()
    const asked = { address: signer.address, port: signer.embeddedPort, knownHostsFile: at('known_hosts') }
    const request = {
      kind: 'client',
      name: 'kubemaster-1',
      signer: { ...asked, hostKeyPolicy: 'remember' },
      paths: { key: at('key'), certificate: at('crt'), ca: at('ca') },
      stateFile: at('signet.json'),
    } as const
    await requestCertificate(request, { ask, files, clock })
  }
  const yaml = (): string => readFileSync(signer.layout.configuration, 'utf8')
  const config = () => parseConfig(yaml(), 'a test')

  beforeAll(async () => {
    signer = await TestHost.create('127.0.0.45', etcd?.path)
    second = await TestHost.create('127.0.0.46', etcd?.path)
    third = await TestHost.create('127.0.0.47', etcd?.path)
    const options = memberOptions(signer, { json: true })
    const { stdout } = await signer.listen((streams) => runInit(options, streams, signer.world()))
    pin = JSON.parse(stdout).pin
    await join(second, 'etcd-2')
    writeFileSync(signer.layout.configuration, `${comment}${yaml()}`)
  }, timeoutMs)
  afterAll(async () => {
    for (const host of [third, second, signer]) await host.remove()
  })

  it('are open at first, and everybody who holds a name is told, with the first line of the journal', async () => {
    const found = await status()
    expect(shapeOf(found)).toEqual(shapeOf(documentedJson('joins status')))
    expect(found).toMatchObject({ joins: 'open', areOpen: true })
    expect(found.members).toMatchObject([
      { name: 'etcd-1', address: signer.address, role: 'voter', isConfigured: false, since: expect.any(String) },
      { name: 'etcd-2', address: second.address, role: 'voter', since: expect.any(String) },
    ])
  })

  it('are opened and closed by root, on the signer', async () => {
    const elsewhere = second.listen((streams) => runJoinsClose({ yes: true }, streams, second.world()))
    expect(await refusalOf(elsewhere)).toMatchObject({
      code: 'refused',
      hint: `type it there: ssh root@${signer.address}`,
    })
    expect(await refusalOf(close({ yes: true }, { isRoot: false }))).toMatchObject({ code: 'refused' })
  })

  it('are closed only where root agrees: asked at a terminal, or by --yes', async () => {
    const before = signer.files()
    const shown = await close({ dryRun: true })
    expect(shown.stderr).toMatch(/^signet: etcd-2 +127\.0\.0\.46 +20\d\d-.+ +yes$/m)
    expect(await refusalOf(close())).toMatchObject({ code: 'usage' })
    const asked: string[] = []
    const confirm = async (question: string): Promise<boolean> => {
      asked.push(question)
      return false
    }
    expect(await refusalOf(close({}, { confirm }))).toMatchObject({ code: 'refused' })
    expect(asked).toEqual(['Close joins?'])
    expect({ ...signer.files(), 'root/setup.log': '' }).toEqual({ ...before, 'root/setup.log': '' })
  })

  it('are not closed where another account could have written what root would bless', async () => {
    const file = signer.layout.configuration
    const before = yaml()
    chmodSync(file, 0o666)
    expect(await refusalOf(close({ yes: true }))).toMatchObject({ code: 'refused' })
    chmodSync(file, 0o644)
    chmodSync(dirname(file), 0o777)
    expect(await refusalOf(close({ yes: true }))).toMatchObject({ code: 'refused' })
    chmodSync(dirname(file), 0o755)
    renameSync(file, `${file}.elsewhere`)
    symlinkSync(`${file}.elsewhere`, file)
    expect(await refusalOf(close({ yes: true }))).toMatchObject({ code: 'configuration' })
    renameSync(`${file}.elsewhere`, file)
    expect(yaml()).toBe(before)
  })

  it('are not closed with members that have changed since root saw them', async () => {
    const before = yaml()
    const confirm = async (): Promise<boolean> => {
      writeFileSync(signer.layout.configuration, `${before}members: { etcd-2: 192.0.2.99 }\n`)
      return true
    }
    expect(await refusalOf(close({}, { confirm }))).toMatchObject({ code: 'try-later' })
    expect(config()).toMatchObject({ joins: 'open', members: { 'etcd-2': '192.0.2.99' } })
    writeFileSync(signer.layout.configuration, before)
  })

  it(
    'stay open where the authority does not come up with the new file: the old one is put back',
    async () => {
      const before = yaml()
      const { systemd } = signer.world()
      let restarts = 0
      const restart = async (unit: string): Promise<void> => {
        restarts += 1
        if (restarts > 1) return systemd.restart(unit)
        await systemd.stop(unit)
        throw new SignetError('configuration', `systemd did not restart ${unit}`, { hint: `systemctl status ${unit}` })
      }
      const failure = await refusalOf(close({ yes: true }, { systemd: { ...systemd, restart } }))
      expect(failure).toMatchObject({ code: 'configuration', message: expect.stringMatching(/is as it was before$/) })
      expect(yaml()).toBe(before)
      expect(await status()).toMatchObject({ joins: 'open' })
    },
    timeoutMs,
  )

  it(
    'are closed: the members are written into signet.yaml, which keeps what root wrote, and they renew',
    async () => {
      const { stdout } = await close({ yes: true, json: true })
      expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(documentedJson('joins close')))
      expect(yaml().startsWith(comment)).toBe(true)
      const members = { 'etcd-1': signer.address, 'etcd-2': second.address }
      expect(config()).toMatchObject({ joins: 'closed', members })
      expect(await status()).toMatchObject({ joins: 'closed', areOpen: false })
      for (const host of [signer, second]) expect(await renew(host)).toMatchObject({ outcome: 'renewed' })
    },
    timeoutMs,
  )

  it('are closed twice without a restart', async () => {
    const before = signer.commands.length
    const { stderr } = await close()
    expect(stderr).toContain('joins were closed already')
    expect(signer.commands).toHaveLength(before)
  })

  it('keep a new host out, and say what to type on the signer; nothing of it stays on that host', async () => {
    const before = third.files()
    expect(await refusalOf(join(third, 'etcd-3'))).toMatchObject({
      code: 'refused',
      message: `joins are closed, and etcd-3 at ${third.address} is not one of the members`,
      hint: expect.stringContaining('signet joins open --for 1h'),
    })
    const { 'root/setup.log': _, 'var/lib/signet-client/known_hosts': __, ...after } = third.files()
    expect(after).toEqual(before)
  })

  it(
    'are opened for a time, and the time is written so that it holds over a restart',
    async () => {
      const { stdout } = await open({ for: '1h', json: true })
      expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(documentedJson('joins open')))
      const until = Date.parse(config().joins)
      expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000)
      expect(await status()).toMatchObject({ areOpen: true, joins: config().joins })
      await open()
      await open()
      expect(config()).toMatchObject({ joins: 'open', members: { 'etcd-2': second.address } })
      await close({ yes: true })
    },
    timeoutMs,
  )

  it('are not opened for a time that is none', async () => {
    await expect(open({ for: 'ever' })).rejects.toThrow('--for is not a duration')
    expect(config().joins).toBe('closed')
  })

  it('let no member be released that etcd lists, nor do anything where nobody holds the name', async () => {
    const before = yaml()
    expect(await refusalOf(release('etcd-2'))).toMatchObject({ code: 'refused' })
    expect((await release('etcd-9')).stderr).toContain('nobody else holds etcd-9')
    expect(yaml()).toBe(before)
  })

  it(
    'a release that was cut off once the file was written is finished by the next one, and writes it first',
    async () => {
      const before = yaml()
      const { systemd } = signer.world()
      const added = before.replace(/^members:\n/m, '$&  etcd-8: 192.0.2.8\n')
      writeFileSync(signer.layout.configuration, added)
      await systemd.restart('signet-authority.service')
      const names = async () => (await status().catch(() => undefined))?.members
      const three = [{ name: 'etcd-1' }, { name: 'etcd-2' }, { name: 'etcd-8' }]
      await expect.poll(names, { timeout: 10_000 }).toMatchObject(three)
      writeFileSync(signer.layout.configuration, before)
      expect((await release('etcd-8', { json: true })).stdout).toContain('"isReleased":true')
      expect((await status()).members).toMatchObject([{ name: 'etcd-1' }, { name: 'etcd-2' }])
      // Whoever has it started while it is stopped must not find the pair there.
      writeFileSync(signer.layout.configuration, added)
      let found = ''
      const stop = async (unit: string): Promise<void> => {
        found = yaml()
        await systemd.stop(unit)
      }
      const pair = { name: 'etcd-8', address: '192.0.2.8' }
      const plan = { name: 'etcd-8', held: pair, pair, member: undefined, isListKnown: true }
      await applyRelease(signer.world({ systemd: { ...systemd, stop } }), plan)
      expect(parseConfig(found, 'a test').members).not.toHaveProperty('etcd-8')
    },
    timeoutMs,
  )

  it('nobody who can ask the authority can have a name released: the question ends the connection', async () => {
    const before = readFileSync(signer.layout.journal, 'utf8')
    const socket = connect(signer.layout.authoritySocket)
    let answered = ''
    socket.on('data', (chunk) => (answered += chunk))
    const closed = once(socket, 'close')
    socket.write('{"id":1,"question":{"ask":"release","name":"etcd-2"}}\n')
    await closed
    expect(answered).toBe('')
    expect(readFileSync(signer.layout.journal, 'utf8')).toBe(before)
  })

  it('a removal elsewhere says what to type on the signer', async () => {
    const options = { dryRun: true, json: true } as const
    const { stderr, stdout } = await second.listen((streams) =>
      runMemberRemove('etcd-1', options, streams, second.world()),
    )
    expect(stderr).toContain('on the signer: signet joins release etcd-1')
    // Nothing has changed yet.
    expect(stderr).not.toContain('kube-apiserver')
    expect(JSON.parse(stdout)).toMatchObject({ isReleased: false })
  })

  it(
    'a removal on the signer frees the name and takes its pair out, so that another host can have both',
    async () => {
      await requestMaster()
      const journal = readFileSync(signer.layout.journal, 'utf8')
      const { stderr, stdout } = await signer.listen((streams) =>
        runMemberRemove('etcd-2', { json: true }, streams, signer.world()),
      )
      expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(documentedJson('member remove')))
      expect(stderr).toContain(`etcd-2 at ${second.address} was taken out of signet.yaml`)
      const servers = new RegExp(`--etcd-servers=https://${signer.address}:[0-9]+$`, 'm')
      expect(stderr).toMatch(/tell kube-apiserver on kubemaster-1 \(.+\), in .+kube-apiserver\.yaml: --etcd-servers=/)
      expect(stderr).toMatch(servers)
      expect(readFileSync(signer.layout.journal, 'utf8')).toMatch(/^\{"time":"20\d\d-[^"]+","release":"etcd-2"\}$/m)
      expect(readFileSync(signer.layout.journal, 'utf8').startsWith(journal)).toBe(true)
      expect(config().members).toEqual({ 'etcd-1': signer.address })
      expect((await status()).members).toMatchObject([{ name: 'etcd-1' }])
      // What is blessed no more gets nothing: the removed host would go on for 90 days.
      await expect(renew(second)).rejects.toThrow('joins are closed')
      expect((await release('etcd-2', { json: true })).stdout).toContain('"isReleased":false')
      await second.killAll()
      await open({ for: '1h' })
      const joined = await join(third, 'etcd-2')
      expect(joined.stderr).toContain('etcd-2 is a member now')
      expect(joined.stderr).toContain('tell kube-apiserver on every master, in /etc/kubernetes/manifests/')
      await close({ yes: true })
      expect(config().members).toEqual({ 'etcd-1': signer.address, 'etcd-2': third.address })
      expect(existsSync(third.layout.renewal)).toBe(true)
    },
    timeoutMs,
  )

  it(
    'a release refuses a journal that another account has put something in place of',
    async () => {
      const { ownUid, systemd } = signer.world()
      const uid = ownUid + 1
      await third.killAll()
      const foreign = signer.world({ readOwner: async () => ({ uid, gid: uid }), systemd })
      const rest = { pair: undefined, member: undefined, isListKnown: true }
      const plan = { name: 'etcd-2', held: { name: 'etcd-2', address: third.address }, ...rest }
      expect(await refusalOf(applyRelease(foreign, plan))).toMatchObject({
        code: 'configuration',
        message: expect.stringContaining('nothing was written to it'),
      })
      expect(await status()).toMatchObject({ joins: 'closed' })
    },
    timeoutMs,
  )
})
