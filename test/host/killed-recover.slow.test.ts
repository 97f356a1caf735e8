import { cpSync, existsSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recoveryParts } from '../../src/cli/host/recovery-parts.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { readStoreRevision } from '../../src/etcd/snapshot/store-revision.ts'
import { withLargeFile } from '../../src/host/large-files/read-large-file.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import type { RecoverAnswers } from '../../src/setup/recover/plan-recover.ts'
import { findFinished, readRecoverPlan, recoverHost } from '../../src/setup/recover/recover-host.ts'
import type { RecoverReceipt } from '../../src/setup/recover/recover-receipt.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import type { EtcdHosts } from '../support/host/etcd-hosts.ts'
import { killStride } from '../support/host/kill-stride.ts'
import { foundRecoverable, hostPrograms, powerOff, recoverOn } from '../support/host/lost-quorum.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const answers: RecoverAnswers = {
  gone: ['etcd-2'],
  seen: new Map(),
  isUnsignedAllowed: false,
  isBehindByChoice: false,
  isWithoutBump: false,
}
const keyCount = 20

/** What a change of the host is about to be, or was. */
interface Moment {
  readonly number: number
  readonly when: 'before' | 'after'
}

/** Does something at one moment of a run; how many changes there were, the run tells. */
class Meddler {
  count = 0
  readonly #moment: Moment
  readonly #meddle: (what: string) => Promise<void>

  constructor(moment: Moment, meddle: (what: string) => Promise<void>) {
    this.#moment = moment
    this.#meddle = meddle
  }

  /** The same calls, of which the one of the moment is met. */
  around<Calls extends object>(calls: Calls, names: readonly (keyof Calls)[]): Calls {
    return new Proxy(calls, {
      get: (target, name) => {
        const own: unknown = Reflect.get(target, name, target)
        if (typeof own !== 'function') return own
        if (!names.some((one) => one === name)) return own.bind(target)
        return async (...args: unknown[]) => {
          this.count += 1
          const isIt = this.count === this.#moment.number
          const what = `${String(name)} ${args.map(String).join(' ').slice(0, 200)}`
          if (isIt && this.#moment.when === 'before') await this.#meddle(what)
          const result: unknown = await own.apply(target, args)
          if (isIt && this.#moment.when === 'after') await this.#meddle(what)
          return result
        }
      },
    })
  }
}

describe.skipIf(etcd === undefined)('a recovery that is cut off', { timeout: 400_000 }, () => {
  let all: EtcdHosts
  let host: SandboxHost
  let saved: string
  let wanted: bigint

  beforeAll(async () => {
    if (etcd === undefined) return
    all = await foundRecoverable(etcd, dirname(realpathSync(etcd.path)), 2, 71)
    host = all.at(0)
    for (let key = 0; key < keyCount; key += 1) await putKey(all.connect(), `key-${key}`, `value ${key}`)
    await powerOff(all.at(1))
    const { stdout } = await recoverOn(host, { standDown: true, json: true })
    wanted = BigInt(JSON.parse(stdout).kept.revision)
    saved = join(all.directory, 'saved')
    for (const name of ['var/lib/signet-setup', 'etc/signet']) {
      cpSync(join(host.world.layout.root, name), join(saved, name), { recursive: true, verbatimSymlinks: true })
    }
  }, 120_000)
  afterAll(() => all?.remove())

  /** The host as it was when its member had stood down: its data from aside, what is small from where it was saved. */
  async function begin(): Promise<void> {
    await host.units.stop('etcd.service', 0)
    const { root, dataDirectory } = host.world.layout
    const beside = readdirSync(dirname(dataDirectory))
    const aside = beside.find((name) => /\.before-\w+$/.test(name))
    if (aside !== undefined) {
      rmSync(dataDirectory, { recursive: true, force: true })
      renameSync(join(dirname(dataDirectory), aside), dataDirectory)
    }
    for (const name of beside.filter((one) => /\.undone-/.test(one))) {
      rmSync(join(dirname(dataDirectory), name), { recursive: true })
    }
    for (const name of ['var/lib/signet-setup', 'etc/signet']) {
      rmSync(join(root, name), { recursive: true, force: true })
      cpSync(join(saved, name), join(root, name), { recursive: true, verbatimSymlinks: true })
    }
  }

  const world = (change: Partial<HostWorld> = {}): HostWorld => ({ ...host.world, run: hostPrograms, ...change })

  async function recover(on: HostWorld, meddler?: Meddler): Promise<RecoverReceipt> {
    const parts = recoveryParts(on)
    const plan = await readRecoverPlan(answers, on, parts)
    const met = meddler === undefined ? parts : meddler.around(parts, ['restore'])
    return recoverHost(plan, { listener: silentListener, parts: met }, on)
  }

  const meddled = (meddler: Meddler, change: Partial<HostWorld> = {}): HostWorld =>
    world({
      files: meddler.around(host.world.files, ['write', 'remove', 'removeTree', 'makeDirectory']),
      systemd: meddler.around(host.world.systemd, ['stop', 'launch', 'reload']),
      ...change,
    })

  /** What an operator does who finds a run that was cut off: types it again. */
  async function goOn(): Promise<void> {
    if ((await findFinished(world())) === undefined) await recover(world())
  }

  /** Where etcd may start, what it starts from is whole. */
  async function expectNoHalfStore(why: string): Promise<void> {
    const { layout } = host.world
    if (existsSync(layout.standDown)) return
    const file = join(layout.dataDirectory, 'member/snap/db')
    const read = await withLargeFile(file, ({ readAt }) => readStoreRevision(readAt)).catch(() => undefined)
    expect(read?.revision ?? 0n, why).toBeGreaterThanOrEqual(wanted)
    expect(existsSync(join(layout.dataDirectory, 'member/wal')), why).toBe(true)
  }

  async function expectWhole(why: string): Promise<void> {
    const client = all.connect([host])
    for (const key of [0, keyCount - 1]) {
      expect(Buffer.from((await getKey(client, `key-${key}`))?.value ?? []).toString(), why).toBe(`value ${key}`)
    }
    const beside = readdirSync(dirname(host.world.layout.dataDirectory))
    expect(beside.filter((name) => name.includes('.before-')).length, why).toBeGreaterThanOrEqual(1)
    expect(
      beside.filter((name) => /making|restoring/.test(name)),
      why,
    ).toEqual([])
    expect(existsSync(host.world.layout.standDown), why).toBe(false)
  }

  let changes = 0

  it('is none where nothing cuts it off, and changes the host a few dozen times', async () => {
    const meddler = new Meddler({ number: -1, when: 'before' }, async () => {})
    await begin()
    await recover(meddled(meddler), meddler)
    await expectWhole('without any disturbance')
    changes = meddler.count
    expect(changes).toBeGreaterThan(20)
  })

  it('by SIGKILL at any change goes on when it is run again, and etcd never has half a store', async () => {
    for (let number = 1; number <= changes; number += killStride) {
      const when = number % 2 === 0 ? 'before' : 'after'
      await begin()
      const what = await new Promise<string>((killed, failed) => {
        const meddler = new Meddler({ number, when }, async (met) => {
          killed(met)
          await new Promise(() => {})
        })
        recover(meddled(meddler), meddler).then(() => killed('nothing: it was through'), failed)
      })
      const why = `killed ${when} ${number} of ${changes}: ${what}`
      await expectNoHalfStore(why)
      // As after a boot: systemd starts etcd, where it may.
      await host.units.launch('etcd.service')
      await goOn()
      await expectWhole(why)
    }
  })

  it('by a full disk at any change is undone or goes on, and is through when there is room', async () => {
    for (let number = 1; number <= changes; number += killStride) {
      await begin()
      let what = ''
      const meddler = new Meddler({ number, when: 'before' }, async (met) => {
        what = met
        throw new SignetError('configuration', 'no space left on the device', { hint: 'make room' })
      })
      const failure = await recover(meddled(meddler), meddler).then(
        () => undefined,
        (error: unknown) => error,
      )
      const why = `no room for ${number} of ${changes}: ${what}`
      await expectNoHalfStore(why)
      if (failure !== undefined) await goOn()
      await expectWhole(why)
    }
  })

  it('while it is undone, by SIGKILL, leaves an etcd that does not start, or its old data; run again it is through', async () => {
    /** A run that the operator interrupts while etcd starts; tells the number of changes before it is undone, and in all. */
    const interrupted = async (moment: Moment, killed: (what: string) => void) => {
      await begin()
      const interrupt = new AbortController()
      const meddler = new Meddler(moment, async (met) => {
        killed(met)
        await new Promise(() => {})
      })
      let first = 0
      const isServing: HostWorld['isServing'] = async () => {
        first = meddler.count
        interrupt.abort()
        return false
      }
      await recover(meddled(meddler, { isServing, signal: interrupt.signal }), meddler).catch(() => {})
      return { first, end: meddler.count }
    }
    const { first, end } = await interrupted({ number: -1, when: 'before' }, () => {})
    expect(end - first).toBeGreaterThan(4)
    expect(existsSync(host.world.layout.standDown)).toBe(true)
    expect(
      readdirSync(dirname(host.world.layout.dataDirectory)).filter((name) => name.includes('.undone-')),
    ).toHaveLength(1)
    for (let number = first + 1; number <= end; number += killStride) {
      const when = number % 2 === 0 ? 'before' : 'after'
      const what = await new Promise<string>((killed) => {
        void interrupted({ number, when }, killed).then(() => killed('nothing: it was undone'))
      })
      const why = `killed while undone, ${when} ${number} of ${first} to ${end}: ${what}`
      // Its return is the first thing that undoing does, and between any two of its renames there is no store.
      if (number > first + 1) expect(existsSync(host.world.layout.standDown), why).toBe(true)
      await expectNoHalfStore(why)
      await host.units.launch('etcd.service')
      await goOn()
      await expectWhole(why)
    }
  })
})
