import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignetError } from '../../src/core/signet-error.ts'
import { putKey } from '../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { formatVersion } from '../../src/etcd/versions/kubeadm-minimum.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { readUsePlan } from '../../src/setup/etcd-use/use-host.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import type { StepListener } from '../../src/setup/run/step-listener.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { raiseAlarm } from '../support/etcd/raise-alarm.ts'
import { clientUrlOf, EtcdHosts, runUse } from '../support/host/etcd-hosts.ts'
import { refusalOf } from '../support/refusal.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const etcdService = 'etcd.service'

describe.skipIf(etcd === undefined)('signet etcd use', { timeout: 240_000 }, () => {
  let all: EtcdHosts
  /** What every host runs between two tests. */
  let usual: string
  const version = etcd?.version ?? { major: 0, minor: 0, patch: 0 }

  beforeAll(async () => {
    usual = dirname(realpathSync(etcd?.path ?? ''))
    all = await EtcdHosts.found(usual, 3)
  })
  afterAll(() => all?.remove())

  const hostOf = (index: number): SandboxHost => all.at(index)
  const binaries = (name: string, script?: string): string => all.scriptedEtcd(name, etcd?.path, script)
  const linkOf = async ({ world }: SandboxHost) => world.files.readLink(world.layout.etcdBinaries)
  const isServing = (host: SandboxHost) => readMemberStatus(all.connect([host]), clientUrlOf(host), 2000)

  /** After a run that went back: the old etcd is the one that is linked, and it serves. */
  async function expectAsBefore(host: SandboxHost): Promise<void> {
    expect(await linkOf(host)).toBe(usual)
    expect((await isServing(host)).raftLeader).not.toBe(0n)
    expect(existsSync(host.world.layout.etcdUseProgress)).toBe(false)
    await putKey(all.connect([host]), 'after', 'writes go on')
  }

  it('moves each member, its snapshot on the disk, and tells what that cost; again there is nothing to do', async () => {
    const other = binaries('first')
    for (const host of all.hosts) {
      const receipt = await runUse(host, other)
      expect(receipt).toMatchObject({
        name: host.name,
        directory: other,
        version: formatVersion(version),
        canGoBack: true,
      })
      expect(receipt?.writes?.failures).toBeLessThanOrEqual(2)
      expect(receipt?.writes?.writes).toBeGreaterThan(0)
      expect(existsSync(receipt?.snapshot ?? '')).toBe(true)
      expect(await linkOf(host)).toBe(other)
      expect(await runUse(host, other)).toBeUndefined()
    }
    usual = other
  })

  it('hands the lead over first, so that no election is waited for', async () => {
    const { raftLeader } = await isServing(hostOf(0))
    const statuses = await Promise.all(all.hosts.map(async (host) => ({ host, id: (await isServing(host)).memberId })))
    const leading = statuses.find(({ id }) => id === raftLeader)?.host ?? hostOf(0)
    const receipt = await runUse(leading, binaries('led'))
    expect(receipt?.writes?.longestPauseMs).toBeLessThan(1000)
    await runUse(leading, usual)
  })

  it('goes back by itself where the new etcd ends, and says what it said last', async () => {
    const host = hostOf(1)
    const dying = `echo '{"level":"info","msg":"starting"}' >&2; echo '{"level":"fatal","msg":"discovery failed","error":"no such thing"}' >&2; exit 1`
    const refusal = await refusalOf(runUse(host, binaries('dying', dying)))
    expect(refusal).toMatchObject({ code: 'unavailable' })
    expect(refusal.message).toMatch(/does not come up: it has ended; it said: "discovery failed: no such thing"$/)
    await expectAsBefore(host)
  })

  it('goes back by itself where the new etcd hangs', async () => {
    const host = hostOf(2)
    const hanging = binaries('hanging', 'exec sleep 600')
    const refusal = await refusalOf(runUse(host, hanging, { startLimitMs: 3000 }))
    expect(refusal.message).toMatch(/does not come up: .*it does not answer yet after 3 s/)
    await expectAsBefore(host)
  })

  it('goes back where it is interrupted, and leaves what it would have moved', async () => {
    const host = hostOf(2)
    const interrupt = new AbortController()
    const world: HostWorld = { ...host.world, signal: interrupt.signal }
    const hanging = binaries('hanging', 'exec sleep 600')
    setTimeout(() => interrupt.abort(), 6000)
    expect((await refusalOf(runUse({ world }, hanging))).message).toBe('the run was interrupted')
    await expectAsBefore(host)
  })

  it('is finished by the same command where it was killed between the switch and the restart, and by no other', async () => {
    const host = hostOf(0)
    const other = binaries('killed')
    await killedOnce(host, other)
    expect(await linkOf(host)).toBe(other)
    const refusal = await refusalOf(readUsePlan({ directory: usual }, host.world))
    expect(refusal).toMatchObject({ code: 'refused', hint: `run that one again: signet etcd use ${other}` })
    // The power was cut: etcd is not there when the host boots, or the new one is.
    await host.units.stop(etcdService, 0)
    const receipt = await runUse(host, other)
    expect(receipt).toMatchObject({ directory: other, previousDirectory: usual })
    await runUse(host, usual)
  })

  it('goes back also in the run that goes on after a kill', async () => {
    const host = hostOf(0)
    const dying = binaries('dying-later', 'exit 3')
    await killedOnce(host, dying)
    await host.units.stop(etcdService, 0)
    expect((await refusalOf(runUse(host, dying))).message).toContain('does not come up')
    await expectAsBefore(host)
  })

  it('does not go back while another member is down: with both away the quorum would be gone', async () => {
    const [host, other] = [hostOf(0), hostOf(2)]
    const next = binaries('beside-one-that-is-down')
    const finished: StepListener['finished'] = ({ id }) => id === 'restart' && void other.units.stop(etcdService)
    const run = runUse(host, next, { startLimitMs: 5000, listener: { ...silentListener, finished } })
    expect((await refusalOf(run)).message).toMatch(
      /; it could not be undone: etcd-3 is not healthy, so that etcd-1 is not stopped/,
    )
    expect(await linkOf(host)).toBe(next)
    await putKey(all.connect([host]), 'beside', 'writes go on')
    await other.units.launch(etcdService)
    await expect.poll(() => isServing(other).catch(() => undefined), { timeout: 20_000 }).toBeDefined()
    await runUse(host, next)
    await runUse(host, usual)
  })

  it('refuses while a member is down, before anything is done', async () => {
    await hostOf(2).units.stop(etcdService)
    const refusal = await refusalOf(runUse(hostOf(0), binaries('other')))
    expect(refusal).toMatchObject({
      code: 'try-later',
      hint: 'start its etcd, or take it out: signet member remove etcd-3',
    })
    expect(await linkOf(hostOf(0))).toBe(usual)
    await hostOf(2).units.launch(etcdService)
    await expect.poll(() => isServing(hostOf(2)).catch(() => undefined), { timeout: 20_000 }).toBeDefined()
  })

  it('refuses with an alarm', async () => {
    const client = all.connect()
    const disarm = await raiseAlarm(client, (await isServing(hostOf(1))).memberId)
    const refusal = await refusalOf(runUse(hostOf(0), binaries('other')))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('alarm NOSPACE of etcd-2') })
    await disarm()
  })

  it('refuses where the snapshot has no room, and has changed nothing by then', async () => {
    const host = hostOf(0)
    const takeSnapshot = () => Promise.reject(new SignetError('configuration', 'no room', { hint: 'make room' }))
    expect((await refusalOf(runUse(host, binaries('other'), { takeSnapshot }))).message).toBe('no room')
    await expectAsBefore(host)
  })

  it.each([
    ['a directory without etcd', '/nonexistent', 'configuration'],
    ['no path of a directory', 'relative', 'usage'],
  ])('refuses %s', async (_, directory, code) => {
    expect((await refusalOf(readUsePlan({ directory }, hostOf(0).world))).code).toBe(code)
  })

  it('refuses a host that is no member', async () => {
    const { world } = hostOf(0)
    const elsewhere = { ...world, layout: { ...world.layout, etcdFlags: '/nonexistent' } }
    expect((await refusalOf(readUsePlan({ directory: usual }, elsewhere))).code).toBe('refused')
  })

  /** Runs until the switch is done, and never on, as if killed by SIGKILL then. */
  async function killedOnce(host: SandboxHost, directory: string): Promise<void> {
    const { files, layout } = host.world
    await new Promise<void>((killed) => {
      const write: typeof files.write = async (path, text, settings) => {
        if (path === layout.etcdUseProgress && text.includes('"restart"')) {
          killed()
          await new Promise(() => {})
        }
        await files.write(path, text, settings)
      }
      void runUse({ world: { ...host.world, files: { ...files, write } } }, directory)
    })
    expect(JSON.parse(readFileSync(layout.etcdUseProgress, 'utf8'))).toMatchObject({ isFinished: false })
  }
})
