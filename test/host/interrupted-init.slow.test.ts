import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { runInit } from '../../src/cli/host/init.ts'
import { systemClock } from '../../src/core/clock.ts'
import { asSignetError, SignetError } from '../../src/core/signet-error.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { certificatePin } from '../../src/x509/certificate-pin.ts'
import { parseCertificate } from '../../src/x509/parse-certificate.ts'
import { parsePem } from '../../src/x509/pem.ts'
import { Fault, type FaultSettings } from '../support/disk/fault.ts'
import { writeFakeEtcd } from '../support/host/fake-etcd.ts'
import { TestHost } from '../support/host/test-host.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { memberOptions } from './member-options.ts'

/** What every founded host has in the end, whatever happened on the way. */
const foundedFiles = [
  'etc/etcd/pki/ca.crt',
  'etc/etcd/pki/ca.key',
  'etc/etcd/pki/server.crt',
  'etc/etcd/pki/server.key',
  'etc/signet/etcd-bin',
  'etc/signet/etcd.env',
  'etc/signet/signet.yaml',
  'etc/systemd/system/etcd.service.d/10-signet.conf',
  ...['usr/bin/etcd', 'usr/bin/etcdctl', 'usr/bin/etcdutl', 'usr/share/signet/etcd.service'],
  'usr/share/signet/etcd.service.d/signet.conf',
  'var/lib/signet-client/signet.json',
  'var/lib/signet-setup/progress.json',
]

// The log and the journal of what was signed stay, whatever is taken back.
const left = ['root/setup.log', 'var/lib/signet/issued.jsonl']

class Trial {
  readonly host: TestHost
  readonly authority = new TestAuthority({ clock: systemClock })

  private constructor(host: TestHost, hasEtcdUnit: boolean) {
    this.host = host
    host.hasEtcdUnit = hasEtcdUnit
    if (hasEtcdUnit) host.active.add('etcd.service')
    else host.enabled.delete('etcd.service')
    host.onStart = async (unit) => {
      if (unit === 'signet-authority.service') await this.authority.startOn(host.layout)
    }
  }

  /** With the distribution's etcd.service, or on a host where no package brings one. */
  static async create(hasEtcdUnit = true): Promise<Trial> {
    return new Trial(await TestHost.create('127.0.0.43'), hasEtcdUnit)
  }

  world(fault?: Fault): HostWorld {
    const world = this.host.world({ isServing: async () => true, ask: async () => this.status() })
    if (fault === undefined) return world
    return { ...world, files: fault.wrap('files', world.files), systemd: fault.wrap('systemd', world.systemd) }
  }

  async init(fault?: Fault): Promise<void> {
    await this.host.listen((streams) => runInit(memberOptions(this.host), streams, this.world(fault)))
  }

  /** Switched off and on again: systemd starts what is enabled, etcd with the configuration that it finds. */
  async boot(): Promise<void> {
    await this.authority.stop()
    const { host } = this
    host.active.clear()
    for (const unit of host.enabled) host.active.add(unit)
    if (host.enabled.has('signet-authority.service')) await this.authority.startOn(host.layout)
    if (existsSync(host.layout.etcdDropIn))
      await host.world().files.makeDirectory(host.layout.dataDirectory, { mode: 0o700 })
  }

  get isFinished(): boolean {
    const { progress } = this.host.layout
    return existsSync(progress) && readFileSync(progress, 'utf8').includes('"isFinished":true')
  }

  status(): string {
    const pem = readFileSync(this.host.layout.caCertificate, 'utf8')
    const pin = certificatePin(parseCertificate(parsePem(pem, 'CERTIFICATE')).der)
    const [time, notAfter] = [new Date().toISOString(), new Date(Date.now() + 1e9).toISOString()]
    return JSON.stringify({ time, ca: { pin, notAfter }, clientLifetimeSeconds: 86_400 })
  }

  files(): readonly string[] {
    const found = Object.keys(this.host.files()).filter((path) => !left.includes(path) && !path.startsWith('run/'))
    return found.sort()
  }

  /** Those of a run's directories that are there. */
  directories(): readonly string[] {
    return this.host.layout.runDirectories.filter(existsSync)
  }

  async end(): Promise<void> {
    await this.authority.stop()
    await this.host.remove()
  }
}

async function expectFounded(trial: Trial, where: string): Promise<void> {
  const ownUnit = trial.host.hasEtcdUnit ? [] : ['etc/systemd/system/etcd.service']
  expect(trial.files(), where).toEqual([...foundedFiles, ...ownUnit].toSorted())
  expect([...trial.host.active].sort(), where).toEqual([
    'etcd.service',
    'signet-authority.service',
    'signet-authority.socket',
    'signet-endpoint.service',
    'signet-renew.timer',
    'signet-snapshot-copy.timer',
    'signet-snapshot-drill.timer',
    'signet-snapshot.timer',
  ])
  const progress = readFileSync(trial.host.layout.progress, 'utf8')
  expect(JSON.parse(progress), where).toMatchObject({ isFinished: true })
  await expect(trial.init(), where).rejects.toMatchObject({ code: 'refused' })
}

/**
 * Walks through every call that changes the host; ends with the first run that no fault strikes any more. A kill strikes
 * before a call, which is as good as after the one before it; a failure comes after the call has taken effect.
 */
async function walk(
  how: FaultSettings['how'],
  check: (trial: Trial, fault: Fault) => Promise<void>,
  hasEtcdUnit = true,
): Promise<number> {
  for (let call = 1; ; call += 1) {
    const trial = await Trial.create(hasEtcdUnit)
    const fault = new Fault({ call, when: how === 'kill' ? 'before' : 'after', how })
    try {
      await check(trial, fault)
      if (fault.struck === undefined) return call
    } finally {
      await trial.end()
    }
  }
}

/** The number of the first call of this name in a run that nothing disturbs. */
async function callOf(name: string): Promise<number> {
  for (let call = 1; ; call += 1) {
    const trial = await Trial.create()
    const fault = new Fault({ call, when: 'after', how: 'kill' })
    await Promise.race([trial.init(fault), fault.strikes])
    await trial.end()
    if (fault.struck === name) return call
  }
}

describe('init that does not come to its end', () => {
  it('killed at any call and run again, founds the cluster all the same', async () => {
    const calls = await walk('kill', async (trial, fault) => {
      await Promise.race([trial.init(fault), fault.strikes])
      if (!trial.isFinished) await trial.init()
      await expectFounded(trial, `killed at ${fault.struck}`)
    })
    expect(calls).toBeGreaterThan(40)
  }, 400_000)

  it('killed at any call on a host without an etcd.service, founds the cluster with ours', async () => {
    await walk(
      'kill',
      async (trial, fault) => {
        await Promise.race([trial.init(fault), fault.strikes])
        if (!trial.isFinished) await trial.init()
        await expectFounded(trial, `killed at ${fault.struck}`)
      },
      false,
    )
  }, 400_000)

  it('switched off at any call, after which systemd starts an etcd that is configured, founds it when run again', async () => {
    await walk('kill', async (trial, fault) => {
      await Promise.race([trial.init(fault), fault.strikes])
      await trial.boot()
      if (!trial.isFinished) await trial.init()
      await expectFounded(trial, `switched off at ${fault.struck}`)
    })
  }, 400_000)

  it('leaves no data of an etcd that a boot has started, and no directory, when it is run again and fails', async () => {
    const trial = await Trial.create()
    const before = [trial.files(), trial.directories()]
    const fault = new Fault({ call: await callOf('systemd.reload'), when: 'after', how: 'kill' })
    await Promise.race([trial.init(fault), fault.strikes])
    await trial.boot()
    const { dataDirectory } = trial.host.layout
    expect(existsSync(dataDirectory)).toBe(true)
    const world = { ...trial.world(), readOwner: () => Promise.reject(new SignetError('internal', 'no owner')) }
    await expect(trial.host.listen((streams) => runInit(memberOptions(trial.host), streams, world))).rejects.toThrow()
    expect([trial.files(), trial.directories()]).toEqual(before)
    expect(existsSync(dataDirectory)).toBe(false)
    await trial.end()
  })

  it.each([
    ['with', true],
    ['without', false],
  ])(
    'failing at any call before the point of no return, %s an etcd.service, leaves the host as it was, and can be run again',
    async (_with, hasEtcdUnit) => {
      let undone = 0
      const ofHost = hasEtcdUnit ? ['etcd.service'] : []
      const check = async (trial: Trial, fault: Fault): Promise<void> => {
        const before = [trial.files(), trial.directories()]
        const failure = await trial.init(fault).then(() => undefined, asSignetError)
        const at = `failed at ${fault.struck}`
        const isKept = existsSync(trial.host.layout.progress)
        if (failure !== undefined && !isKept) {
          undone += 1
          expect(failure, at).toBeInstanceOf(SignetError)
          expect([trial.files(), trial.directories()], at).toEqual(before)
          expect([...trial.host.active], at).toEqual(ofHost)
          expect([...trial.host.enabled], at).toEqual(ofHost)
          await trial.authority.stop()
        }
        if (!trial.isFinished) await trial.init()
        await expectFounded(trial, at)
      }
      await walk('fail-once', check, hasEtcdUnit)
      expect(undone).toBeGreaterThan(40)
    },
    400_000,
  )

  it('goes on only with the arguments of the interrupted run', async () => {
    const trial = await Trial.create()
    const fault = new Fault({ call: 30, when: 'before', how: 'kill' })
    await Promise.race([trial.init(fault), fault.strikes])
    const other = { ...memberOptions(trial.host), name: 'etcd-9' }
    const refused = trial.host.listen((streams) => runInit(other, streams, trial.world()))
    await expect(refused).rejects.toMatchObject({ code: 'refused', hint: expect.stringContaining('--name=etcd-1') })
    await trial.end()
  })

  it('goes on with the etcd that it began with, and not with another that is named or installed meanwhile', async () => {
    const trial = await Trial.create()
    const { host } = trial
    const start = host.onStart
    const isCutOff = new Promise<void>((resolve) => {
      host.onStart = async (unit) => {
        if (unit !== 'etcd.service') return start(unit)
        resolve()
        await new Promise(() => {})
      }
    })
    await Promise.race([trial.init(), isCutOff])
    host.onStart = start
    writeFakeEtcd(join(host.layout.ownEtcds, '3.6'), { version: '3.6.16' })
    const other = memberOptions(host, { etcd: join(host.layout.ownEtcds, '3.6') })
    await expect(host.listen((streams) => runInit(other, streams, trial.world()))).rejects.toMatchObject({
      code: 'refused',
      message: 'an interrupted run with other arguments is not finished',
    })
    await trial.init()
    expect(readlinkSync(host.layout.etcdBinaries)).toBe(host.layout.distributionEtcd)
    await trial.end()
  })

  it('keeps the script until the operator was told to save the key, and only then forgets that there was a run', async () => {
    const trial = await Trial.create()
    const { firstBoot } = trial.host.layout
    const seen: boolean[] = []
    const stderr = new Writable({
      write: (chunk, _, done) => {
        if (String(chunk).includes('SAVE')) seen.push(existsSync(firstBoot), trial.isFinished)
        done()
      },
    })
    await runInit(memberOptions(trial.host), { stdout: new PassThrough(), stderr }, trial.world())
    expect(seen).toEqual([true, false])
    expect([existsSync(firstBoot), trial.isFinished]).toEqual([false, true])
    await trial.end()
  })

  it('stops an untouched default member and leaves its data alone', async () => {
    const trial = await Trial.create()
    const data = join(trial.host.root, 'var/lib/etcd/default')
    await trial.host.world().files.makeDirectory(data, { mode: 0o700 })
    await trial.init()
    expect(trial.host.commands).toContain('stop etcd.service')
    expect(existsSync(data)).toBe(true)
    await trial.end()
  })
})
