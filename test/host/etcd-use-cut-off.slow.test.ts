import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runEtcdUse } from '../../src/cli/host/etcd-use.ts'
import { deleteKey, putKey } from '../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { reviveEtcd } from '../../src/setup/etcd-use/revive-etcd.ts'
import { turnKey } from '../../src/setup/etcd-use/take-turn.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { raiseAlarm } from '../support/etcd/raise-alarm.ts'
import { clientUrlOf, EtcdHosts, runUse } from '../support/host/etcd-hosts.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const usual = dirname(realpathSync(etcd?.path ?? '/'))
const etcdService = 'etcd.service'
let all: EtcdHosts

const hostOf = (index: number): SandboxHost => all.at(index)
const binaries = (name: string, script?: string): string => all.scriptedEtcd(name, etcd?.path, script)
const isServing = (host: SandboxHost) => readMemberStatus(all.connect([host]), clientUrlOf(host), 2000)
const linkOf = async ({ world }: SandboxHost) => world.files.readLink(world.layout.etcdBinaries)

/** A host's units, some of whose calls are another. */
function watchedUnits({ units }: SandboxHost, calls: Partial<HostWorld['systemd']>): HostWorld['systemd'] {
  return new Proxy(units, {
    get: (target, name) => {
      const other = Object.entries(calls).find(([call]) => call === name)?.[1]
      const own: unknown = Reflect.get(target, name, target)
      return other ?? (typeof own === 'function' ? own.bind(target) : own)
    },
  })
}

/** Runs until this is about to be remembered, and never on, as if killed by SIGKILL then. */
async function killedBefore(moment: string, host: SandboxHost, directory: string): Promise<void> {
  const { files, layout } = host.world
  await new Promise<void>((killed) => {
    const write: typeof files.write = async (path, text, settings) => {
      if (path === layout.etcdUseProgress && text.includes(moment)) {
        killed()
        await new Promise(() => {})
      }
      await files.write(path, text, settings)
    }
    void runUse({ world: { ...host.world, files: { ...files, write } } }, directory).catch(() => {})
  })
}

describe.skipIf(etcd === undefined)('etcd use on several members', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    all = await EtcdHosts.found(usual, 3, 62)
  }, 120_000)
  afterAll(() => all?.remove())

  it('restarts one member at a time where two are told at once', async () => {
    const away = new Set<string>()
    let most = 0
    const watched = (host: SandboxHost): HostWorld => ({
      ...host.world,
      systemd: watchedUnits(host, {
        stop: async (unit) => {
          away.add(host.name)
          most = Math.max(most, away.size)
          await host.units.stop(unit)
        },
      }),
    })
    const slow = binaries('slow', 'sleep 2; exec "$REAL" "$@"')
    await Promise.all(
      [hostOf(0), hostOf(1), hostOf(2)].map(async (host) => {
        const receipt = await runUse({ world: watched(host) }, slow)
        expect(receipt).toMatchObject({ name: host.name, directory: slow })
        away.delete(host.name)
      }),
    )
    expect(most).toBe(1)
    for (const host of all.hosts) await runUse(host, usual)
  })

  it('waits for its turn, and says who has it and how to take it away', async () => {
    await putKey(all.connect(), turnKey('etcd-2'), 'x')
    const refusal = await refusalOf(runUse(hostOf(0), binaries('other'), { turnLimitMs: 2000 }))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('etcd-2') })
    expect(refusal.hint).toContain(`signet etcdctl del ${turnKey('etcd-2')}`)
    expect(await linkOf(hostOf(0))).toBe(usual)
    expect(await deleteKey(all.connect(), turnKey('etcd-2'))).toBe(true)
    // Its own is gone again: nobody waits for it.
    expect(await deleteKey(all.connect(), turnKey('etcd-1'))).toBe(false)
  })

  it('a key of no member keeps nobody from moving', async () => {
    await putKey(all.connect(), turnKey('etcd-77'), 'x')
    expect(await runUse(hostOf(0), binaries('other'))).toBeDefined()
    expect(await runUse(hostOf(0), usual)).toBeDefined()
    expect(await deleteKey(all.connect(), turnKey('etcd-1'))).toBe(false)
  })

  it('judges again after the snapshot: an alarm that was raised meanwhile ends it before the restart', async () => {
    let disarm = async (): Promise<void> => {}
    const takeSnapshot = async () => {
      disarm = await raiseAlarm(all.connect(), (await isServing(hostOf(1))).memberId)
      return { file: '/snapshot.db' }
    }
    const refusal = await refusalOf(runUse(hostOf(0), binaries('other'), { takeSnapshot }))
    await disarm()
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('alarm NOSPACE') })
    expect(await linkOf(hostOf(0))).toBe(usual)
  })

  it('a run that was killed before the switch binds nobody, and its snapshot is not that of the next', async () => {
    const host = hostOf(0)
    await killedBefore('"hand-over"', host, binaries('first'))
    const { notes } = JSON.parse(readFileSync(host.world.layout.etcdUseProgress, 'utf8'))
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await reviveEtcd(host.world, { say: () => {}, startLimitMs: 1000 })
    const receipt = await runUse(host, binaries('second'))
    expect(existsSync(receipt?.snapshot ?? '')).toBe(true)
    expect(receipt?.snapshot).not.toBe(notes.snapshot)
    await runUse(host, usual)
  })
})

describe.skipIf(etcd === undefined)('etcd use on the only member, cut off', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    all = await EtcdHosts.found(usual, 1, 63)
  }, 120_000)
  afterAll(() => all?.remove())

  const revive = (limitMs = 20_000) => reviveEtcd(hostOf(0).world, { say: () => {}, startLimitMs: limitMs })

  it('starts etcd again where it was killed between the stop and the start, and the same command goes on', async () => {
    const host = hostOf(0)
    const other = binaries('stopped')
    await killedBefore('"restart"', host, other)
    await host.units.stop(etcdService)
    await revive()
    expect(await runUse(host, other)).toMatchObject({ directory: other })
    await runUse(host, usual)
  })

  it.each([
    ['ends', 'exit 3'],
    ['hangs', 'exec sleep 600'],
  ])('goes back where the new etcd %s after the power came back', async (name, script) => {
    const host = hostOf(0)
    const broken = binaries(`broken-${name}`, script)
    await killedBefore('"restart"', host, broken)
    await host.units.stop(etcdService)
    const refusal = await refusalOf(revive(3000))
    expect(refusal).toMatchObject({ code: 'unavailable' })
    expect(refusal.message).toContain('does not come up')
    expect(await linkOf(host)).toBe(usual)
    expect((await isServing(host)).raftLeader).not.toBe(0n)
    expect(existsSync(host.world.layout.etcdUseProgress)).toBe(false)
  })

  it('goes back where the new etcd is no longer there', async () => {
    const host = hostOf(0)
    const gone = binaries('gone')
    await killedBefore('"restart"', host, gone)
    await host.units.stop(etcdService)
    rmSync(gone, { recursive: true })
    expect((await refusalOf(revive())).code).toBe('unavailable')
    expect(await linkOf(host)).toBe(usual)
    expect((await isServing(host)).raftLeader).not.toBe(0n)
  })

  it('takes the new etcd again where the old one does not start any more, and the same command goes on', async () => {
    const host = hostOf(0)
    const marker = join(all.directory, 'taken-up')
    const old = binaries('old', `[ -e ${marker} ] && exit 1; exec "$REAL" "$@"`)
    const newer = binaries('newer', `touch ${marker}; exec "$REAL" "$@"`)
    await runUse(host, old)
    const interrupt = new AbortController()
    const launch: HostWorld['systemd']['launch'] = async (unit) => {
      await host.units.launch(unit)
      await expect.poll(() => isServing(host).catch(() => existsSync(marker)), { timeout: 20_000 }).toBeTruthy()
      interrupt.abort()
    }
    const world = { ...host.world, systemd: watchedUnits(host, { launch }), signal: interrupt.signal }
    expect((await refusalOf(runUse({ world }, newer))).message).toContain('it could not be undone')
    expect(await linkOf(host)).toBe(newer)
    await expect.poll(() => isServing(host).catch(() => undefined), { timeout: 20_000 }).toBeDefined()
    expect(await runUse(host, newer)).toMatchObject({ directory: newer })
    rmSync(marker)
    await runUse(host, usual)
  })

  it('runs once where it is typed twice: the second waits, and has nothing to do', async () => {
    const { world } = hostOf(0)
    const other = binaries('twice')
    const said: string[] = []
    const stream = () => new Writable({ write: (chunk, _, done) => done(void said.push(String(chunk))) })
    const streams = { stdin: process.stdin, stdout: stream(), stderr: stream() }
    await Promise.all([runEtcdUse(other, {}, streams, world), runEtcdUse(other, {}, streams, world)])
    expect(said.join('')).toMatch(/writes while it restarted[\s\S]*of \S*twice already/)
    expect(said.join('').match(/writes while it restarted/g)).toHaveLength(1)
    await runUse(hostOf(0), usual)
  })

  it('does nothing where no run was cut off', async () => {
    await revive()
    expect((await isServing(hostOf(0))).raftLeader).not.toBe(0n)
  })
})
