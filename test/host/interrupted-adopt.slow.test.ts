import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { asSignetError } from '../../src/core/signet-error.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { fileProgress } from '../../src/setup/run/file-progress.ts'
import { adoptHost } from '../../src/setup/signer/adopt-host.ts'
import { adoptProgressFile } from '../../src/setup/signer/adopting-member.ts'
import { ensureCa, readOwnPin } from '../../src/setup/signer/ensure-ca.ts'
import { planAdopt } from '../../src/setup/signer/plan-adopt.ts'
import { Fault, type FaultSettings } from '../support/disk/fault.ts'
import { TestHost } from '../support/host/test-host.ts'
import { TestAuthority } from '../support/signer/test-authority.ts'
import { silentListener } from '../support/silent.ts'

const units = ['signet-authority.socket', 'signet-authority.service', 'signet-endpoint.service']

/** A member of a lost signer's cluster: it has the CA, a file for its renewals, and the key that was saved. */
class Member {
  readonly host: TestHost
  readonly #authority = new TestAuthority({ clock: systemClock })
  #caKeyPem = ''
  #pin = ''

  private constructor(host: TestHost) {
    this.host = host
    host.onStart = async (unit) => {
      if (unit === 'signet-authority.service') await this.#authority.startOn(host.layout)
    }
  }

  static async create(): Promise<Member> {
    const member = new Member(await TestHost.create('127.0.0.46'))
    await member.#prepare()
    return member
  }

  async #prepare(): Promise<void> {
    const { layout } = this.host
    const { files } = this.host.world()
    await ensureCa(this.host.world())
    this.#pin = await readOwnPin(this.host.world())
    this.#caKeyPem = readFileSync(layout.caKey, 'utf8')
    await files.remove(layout.caKey)
    const [key, certificate, ca] = [layout.memberKey, layout.memberCertificate, layout.caCertificate]
    const signer = { address: '192.0.2.11', knownHostsFile: layout.knownHosts }
    const state = { version: 1, signer, name: 'etcd-2', kind: 'member', address: this.host.address, endpoints: [] }
    await files.makeDirectory(layout.renewal.replace(/\/[^/]*$/, ''), { mode: 0o700 })
    await files.write(layout.renewal, JSON.stringify({ ...state, paths: { key, certificate, ca } }), { mode: 0o600 })
  }

  async adopt(fault?: Fault): Promise<void> {
    const world = this.#world(fault)
    const { layout } = world
    const plan = planAdopt({
      name: 'etcd-2',
      address: this.host.address,
      arguments: 'adopt --network=127.0.0.0/8',
      progress: await this.progress(),
      settings: { networks: ['127.0.0.0/8'], clientLifetime: '24h', members: [], embeddedPort: this.host.embeddedPort },
      hasCaKey: existsSync(layout.caKey),
      hasConfiguration: existsSync(layout.configuration),
      configurationFile: layout.configuration,
      answeringSigner: undefined,
    })
    await adoptHost(plan, { caKeyPem: this.#caKeyPem, listener: silentListener }, world)
  }

  progress() {
    const world = this.host.world()
    return fileProgress(adoptProgressFile(world), world.files).load()
  }

  #world(fault?: Fault): HostWorld {
    const ca = { pin: this.#pin, notAfter: new Date(Date.now() + 1e9).toISOString() }
    const status = { time: new Date().toISOString(), ca, clientLifetimeSeconds: 86_400 }
    const world = this.host.world({ ask: async () => JSON.stringify(status) })
    if (fault === undefined) return world
    return { ...world, files: fault.wrap('files', world.files), systemd: fault.wrap('systemd', world.systemd) }
  }

  async end(): Promise<void> {
    await this.#authority.remove()
    await this.host.remove()
  }
}

async function expectSigner({ host }: Member, at: string): Promise<void> {
  expect([...host.active].sort(), at).toEqual(units.toSorted())
  expect(host.has(host.layout.caKey) && host.has(host.layout.configuration), at).toBe(true)
  expect(readFileSync(host.layout.renewal, 'utf8'), at).toContain(`"address": "${host.address}"`)
}

/** Walks through every call that changes the host; ends with the first run that no fault strikes any more. */
async function walk(
  how: FaultSettings['how'],
  check: (member: Member, fault: Fault) => Promise<void>,
): Promise<number> {
  for (let call = 1; ; call += 1) {
    const member = await Member.create()
    const fault = new Fault({ call, when: how === 'kill' ? 'before' : 'after', how })
    try {
      await check(member, fault)
      if (fault.struck === undefined) return call
    } finally {
      await member.end()
    }
  }
}

describe('adopt that does not come to its end', () => {
  it('killed at any call and run again, makes the member the signer all the same', async () => {
    const calls = await walk('kill', async (member, fault) => {
      await Promise.race([member.adopt(fault), fault.strikes])
      if ((await member.progress())?.isFinished !== true) await member.adopt()
      await expectSigner(member, `killed at ${fault.struck}`)
    })
    expect(calls).toBeGreaterThan(20)
  }, 120_000)

  it('failing at any call before the endpoint is started, leaves the member as it was, and can be run again', async () => {
    let undone = 0
    await walk('fail-once', async (member, fault) => {
      const { host } = member
      const before = host.files()
      const failure = await member.adopt(fault).then(() => undefined, asSignetError)
      const [at, progress] = [`failed at ${fault.struck}`, await member.progress()]
      if (failure !== undefined && progress === undefined) {
        undone += 1
        const { 'var/lib/signet/issued.jsonl': _, ...left } = host.files()
        expect(left, at).toEqual(before)
        expect([...host.active, ...host.enabled], at).toEqual(['etcd.service'])
      } else if (failure !== undefined) expect(progress?.started, at).toContain('start-endpoint')
      if (progress?.isFinished !== true) await member.adopt()
      await expectSigner(member, at)
    })
    expect(undone).toBeGreaterThan(10)
  }, 120_000)
})
