import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type AdoptOptions, runAdopt } from '../../src/cli/host/adopt.ts'
import { runInit } from '../../src/cli/host/init.ts'
import { runJoin } from '../../src/cli/host/join.ts'
import { renewCertificate } from '../../src/client/renew/renew-certificate.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { askAuthority } from '../../src/endpoint/upstream/ask-authority.ts'
import { parseConfig } from '../../src/host/signet-config.ts'
import { initHost, readInitPlan } from '../../src/setup/signer/init-host.ts'
import { documentedJson, shapeOf } from '../support/docs/json-page.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { type Said, TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { silentListener } from '../support/silent.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const timeoutMs = 60_000

describe.skipIf(etcd === undefined)('hosts that are set up with the real daemons and a real etcd', () => {
  let signer: TestHost
  let second: TestHost
  let founded: { readonly pin: string; readonly join: string }
  const init = (change = {}): Promise<Said> =>
    signer.listen((streams) => runInit(memberOptions(signer, change), streams, signer.world()))
  const join2 = (change = {}): Promise<Said> => {
    const known = {
      signerIp: signer.address,
      port: `${signer.embeddedPort}`,
      address: [second.address],
      pin: founded.pin,
    }
    return second.listen((streams) => runJoin({ ...known, name: 'etcd-2', ...change }, streams, second.world()))
  }

  beforeAll(async () => {
    signer = await TestHost.create('127.0.0.41', etcd?.path)
    second = await TestHost.create('127.0.0.42', etcd?.path)
  })
  afterAll(async () => {
    await second.remove()
    await signer.remove()
  })

  it('init ends before anything is changed where another run has begun since it was planned', async () => {
    const world = signer.world()
    const plan = await readInitPlan(memberOptions(signer), world)
    mkdirSync(signer.layout.setupDirectory, { recursive: true })
    writeFileSync(signer.layout.progress, '{}')
    const before = signer.files()
    expect(await refusalOf(initHost(plan, { listener: silentListener }, world))).toMatchObject({ code: 'try-later' })
    expect(signer.files()).toEqual(before)
    rmSync(signer.layout.setupDirectory, { recursive: true })
  })

  it('init plans without changing anything', async () => {
    const before = signer.files()
    const { stdout } = await init({ dryRun: true })
    // Of an etcd that is older than kubeadm wants, the plan says so first.
    const lines = stdout.split('\n').filter((line) => !line.startsWith('warning: kubeadm refuses'))
    expect(lines.slice(0, 4)).toEqual([
      expect.stringMatching(/^etcd 3\.\d+\.\d+ in \/.* \(distribution\): taken: the distribution's$/),
      'make the CA',
      'write the configuration: callers from 127.0.0.0/8',
      'start the authority',
    ])
    expect(signer.files()).toEqual(before)
    expect(signer.commands).toEqual([])
  })

  it(
    'init founds a cluster of one, prints pin and join command, and says that the key must be saved',
    async () => {
      const { stdout, stderr } = await init({ json: true, quota: '1GiB' })
      founded = JSON.parse(stdout)
      expect(shapeOf(founded)).toEqual(shapeOf(documentedJson('init')))
      const { layout } = signer
      expect(founded.pin).toMatch(/^SHA256:[0-9A-F]{64}$/)
      expect(founded.join).toBe(
        `/root/setup/first-boot.sh join --signer-ip=${signer.address} --pin=${founded.pin} --port=${signer.embeddedPort}`,
      )
      expect(stderr).toContain(`SAVE ${layout.caKey} NOW`)
      expect(readFileSync(layout.etcdFlags, 'utf8')).toContain(' --quota-backend-bytes=1073741824 ')
      expect(stderr).toMatch(/^signet: .*once three members vote, here: signet joins close$/m)
      expect(statSync(layout.caKey).mode & 0o777).toBe(0o400)
      expect(statSync(layout.memberKey).mode & 0o777).toBe(0o600)
      expect(existsSync(join(signer.root, 'root/setup'))).toBe(false)
      expect([...signer.enabled].sort()).toEqual([
        'etcd.service',
        'signet-authority.service',
        'signet-authority.socket',
        'signet-endpoint.service',
        'signet-renew.timer',
        'signet-snapshot-copy.timer',
        'signet-snapshot-drill.timer',
        'signet-snapshot.timer',
      ])
      expect(readFileSync(layout.setupLog, 'utf8')).toContain(`the pin of the CA: ${founded.pin}`)
    },
    timeoutMs,
  )

  it('init refuses to run again after its success', async () => {
    const before = signer.files()
    expect(await refusalOf(init())).toMatchObject({ code: 'refused', message: 'this host was set up before' })
    expect({ ...signer.files(), 'root/setup.log': '' }).toEqual({ ...before, 'root/setup.log': '' })
  })

  it(
    'the signer renews at its own authority, without quorum',
    async () => {
      const { ask, files, clock, systemd } = signer.world()
      await systemd.stop('etcd.service')
      const renewal = await renewCertificate({ stateFile: signer.layout.renewal, force: true }, { ask, files, clock })
      expect(renewal).toMatchObject({ outcome: 'renewed', name: 'etcd-1' })
      await systemd.start('etcd.service')
    },
    timeoutMs,
  )

  it(
    'join plans without changing anything, the host key of the signer included',
    async () => {
      const before = second.files()
      // The signer's etcd has just been started again, and not told its version yet.
      const stdout = await vi.waitFor(
        async () => {
          const said = (await join2({ dryRun: true })).stdout
          expect(said).toContain('which the cluster runs')
          return said
        },
        { timeout: 20_000, interval: 500 },
      )
      expect(stdout).toContain(`CA ${founded.pin}\n`)
      expect(stdout).toMatch(/^etcd (3\.\d+)\.\d+ in .*: taken: the newest here of \1, which the cluster runs$/m)
      expect(second.files()).toEqual(before)
    },
    timeoutMs,
  )

  it(
    'join refuses another CA than the pin, and leaves the host as it was',
    async () => {
      const before = second.files()
      const failure = await refusalOf(join2({ pin: `SHA256:${'0'.repeat(64)}` }))
      expect(failure.code).toBe('refused')
      const { 'root/setup.log': log, 'var/lib/signet-client/known_hosts': _, ...after } = second.files()
      expect(log).toContain('has another CA than --pin says')
      expect(after).toEqual(before)
    },
    timeoutMs,
  )

  it(
    'join that is interrupted takes everything back',
    async () => {
      const interrupt = new AbortController()
      const world = second.world({ signal: interrupt.signal })
      const known = {
        signerIp: signer.address,
        port: `${signer.embeddedPort}`,
        address: [second.address],
        name: 'etcd-2',
      }
      const write = world.files.write
      const files = {
        ...world.files,
        write: (async (path, text, settings) => {
          if (path === second.layout.etcdFlags) interrupt.abort()
          return write(path, text, settings)
        }) satisfies typeof write,
      }
      second.active.add('etcd.service')
      const failure = await refusalOf(second.listen((streams) => runJoin(known, streams, { ...world, files })))
      expect(failure).toMatchObject({
        code: 'try-later',
        message: 'the run was interrupted: what it had begun is undone',
      })
      expect(existsSync(second.layout.etcdDropIn)).toBe(false)
      expect(existsSync(second.layout.memberKey)).toBe(false)
      expect(second.active.has('etcd.service')).toBe(true)
      expect(existsSync(second.layout.firstBoot)).toBe(true)
    },
    timeoutMs,
  )

  it(
    'join makes a second member, stopping an untouched default one and leaving its data alone',
    async () => {
      second.active.add('etcd.service')
      const { stdout } = await join2({ json: true })
      expect(JSON.parse(stdout)).toMatchObject({ name: 'etcd-2', voters: 2, members: ['etcd-1', 'etcd-2'] })
      expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(documentedJson('join')))
      expect(existsSync(second.layout.firstBoot)).toBe(false)
      expect(await refusalOf(join2())).toMatchObject({ code: 'refused' })
    },
    timeoutMs,
  )

  it('adopt refuses on the signer, and a key that does not fit', async () => {
    const onSigner = runAdopt({ caKey: signer.layout.caKey, network: ['127.0.0.0/8'] }, process, signer.world())
    expect(await refusalOf(onSigner)).toMatchObject({ code: 'refused', message: 'etcd-1 is the signer already' })
    const other = join(second.root, 'other.key')
    writeFileSync(other, readFileSync(second.layout.memberKey))
    const failure = await refusalOf(runAdopt({ caKey: other, network: ['127.0.0.0/8'] }, process, second.world()))
    expect(failure).toMatchObject({
      code: 'configuration',
      message: 'the CA key does not belong to the CA certificate',
    })
  })

  it('a member keeps a copy of the policy that its signer told, for itself alone', async () => {
    const file = join(dirname(second.layout.renewal), 'policy.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      signer: signer.address,
      policy: {
        networks: ['127.0.0.0/8'],
        clientLifetimeSeconds: 86_400,
        memberLifetimeSeconds: 7_776_000,
        members: {},
      },
    })
  })

  it('adopt offers that policy, shows how it differs, and takes it only where root says so', async () => {
    const saved = join(second.root, 'saved.key')
    writeFileSync(saved, readFileSync(signer.layout.caKey))
    const file = join(dirname(second.layout.renewal), 'policy.json')
    const told = readFileSync(file, 'utf8')
    const adopt = (change: AdoptOptions, world = {}): Promise<Said> =>
      second.listen((streams) => runAdopt({ caKey: saved, ...change }, streams, second.world(world)))
    // Of this host's address alone no network is known: only the kept policy knows one.
    const shown = await adopt({ dryRun: true, keptPolicy: true })
    expect(shown.stdout).toContain('  networks: here none; by the kept policy 127.0.0.0/8')
    expect(shown.stdout).toContain('write the configuration: callers from 127.0.0.0/8')
    for (const options of [{ dryRun: true }, { yes: true }]) {
      expect(await refusalOf(adopt(options))).toMatchObject({ code: 'configuration' })
    }
    const asked: string[] = []
    const confirm = async (question: string): Promise<boolean> => asked.push(question) === 1
    expect(await refusalOf(adopt({}, { confirm }))).toMatchObject({ code: 'refused' })
    expect(asked).toEqual([
      'Take these settings from the kept policy?',
      'Make this host the signer, with these members?',
    ])
    // A signer that tells nonsense keeps nobody from taking its place.
    writeFileSync(file, told.replace('127.0.0.0/8', '192.0.2.0/24'), { mode: 0o600 })
    const given = await adopt({ dryRun: true, network: ['127.0.0.0/8'], json: true })
    expect(JSON.parse(given.stdout)).toMatchObject({ networks: ['127.0.0.0/8'], offer: {} })
    const { stdout } = await adopt({ dryRun: true, network: ['127.0.0.0/8'], clientLifetime: '8h' })
    expect(stdout).not.toContain('kept policy 192.0.2.0/24')
    rmSync(file)
    expect(await refusalOf(adopt({ keptPolicy: true, dryRun: true }))).toMatchObject({
      message: 'this member keeps no policy of a signer',
    })
    expect(existsSync(second.layout.configuration)).toBe(false)
  })

  it(
    'adopt makes the member the signer when the old one is lost, and it renews at itself',
    async () => {
      const saved = join(second.root, 'saved.key')
      writeFileSync(saved, readFileSync(signer.layout.caKey))
      await signer.killAll()
      const options = { caKey: saved, network: ['127.0.0.0/8'], endpoint: `embedded:${second.embeddedPort}` }
      const before = second.files()
      const plan = await second.listen((streams) => runAdopt({ ...options, dryRun: true }, streams, second.world()))
      expect(plan.stdout).toContain('install the CA key')
      expect(second.files()).toEqual(before)
      const unasked = second.listen((streams) => runAdopt(options, streams, second.world()))
      expect(await refusalOf(unasked)).toMatchObject({ code: 'usage', message: 'there is no terminal to ask at' })
      expect({ ...second.files(), 'root/setup.log': '' }).toEqual({ ...before, 'root/setup.log': '' })
      // A run that ends once the authority is up, and saw this member alone: the next one sees both.
      const { systemd, etcdPorts } = second.world()
      const start = async (unit: string): Promise<void> => {
        if (unit === 'signet-endpoint.service') throw new SignetError('unavailable', 'cut off')
        await systemd.start(unit)
      }
      const blind = { etcdPorts: { ...etcdPorts, client: 1 }, systemd: { ...systemd, start } }
      let begun: ReturnType<typeof second.files> = {}
      const confirm = async (): Promise<boolean> => {
        const cutOff = second.listen((streams) => runAdopt({ ...options, yes: true }, streams, second.world(blind)))
        expect(await refusalOf(cutOff)).toMatchObject({ message: 'cut off' })
        begun = second.files()
        return true
      }
      // Root, who was asked before it began, says yes to what is no longer so.
      const failing = async (): Promise<void> => {
        throw new SignetError('unavailable', 'this host starts nothing more')
      }
      const overtaken = second.world({ confirm, systemd: { ...systemd, start: failing } })
      expect(await refusalOf(second.listen((streams) => runAdopt(options, streams, overtaken)))).toMatchObject({
        code: 'try-later',
        message: 'another adoption has begun since this one was shown; nothing was changed',
      })
      expect({ ...second.files(), 'root/setup.log': '' }).toEqual({ ...begun, 'root/setup.log': '' })
      const { stdout, stderr } = await second.listen((streams) =>
        runAdopt({ ...options, yes: true, json: true }, streams, second.world()),
      )
      const known = await askAuthority({ socketPath: second.layout.authoritySocket }, (authority) =>
        authority.members(),
      )
      expect(known.configured).toEqual([
        { name: 'etcd-1', address: signer.address },
        { name: 'etcd-2', address: second.address },
      ])
      expect(stderr).toMatch(/^signet: etcd-1 was the signer and does not answer; .*signet member remove etcd-1$/m)
      expect(JSON.parse(stdout)).toMatchObject({ name: 'etcd-2', pin: founded.pin })
      expect(shapeOf(JSON.parse(stdout))).toEqual(shapeOf(documentedJson('adopt')))
      const text = readFileSync(second.layout.configuration, 'utf8')
      expect(parseConfig(text, 'a test')).toMatchObject({
        joins: 'closed',
        members: { 'etcd-1': signer.address, 'etcd-2': second.address },
      })
      const { ask, files, clock } = second.world()
      const renewal = await renewCertificate({ stateFile: second.layout.renewal, force: true }, { ask, files, clock })
      expect(renewal).toMatchObject({ outcome: 'renewed', signer: second.address })
      const again = second.listen((streams) => runAdopt(options, streams, second.world()))
      expect(await refusalOf(again)).toMatchObject({ code: 'refused', message: 'etcd-2 is the signer already' })
    },
    timeoutMs,
  )
})
