import { existsSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { recoveryParts } from '../../src/cli/host/recovery-parts.ts'
import { realTime } from '../../src/core/clock.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { Maintenance } from '../../src/etcd/rpc/rpc_pb.ts'
import { takeSnapshot } from '../../src/recovery/take-snapshot.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { askFormerMembers } from '../../src/setup/recover/former-members.ts'
import { parseRecoverAnswers } from '../../src/setup/recover/parse-recover-answers.ts'
import { readRecoverPlan, recoverHost } from '../../src/setup/recover/recover-host.ts'
import type { RecoveryParts } from '../../src/setup/recover/recovery-parts.ts'
import { planStandDown } from '../../src/setup/recover/stand-down/plan-stand-down.ts'
import { readStandDownFacts } from '../../src/setup/recover/stand-down/stand-down-facts.ts'
import { standDown as standDownHost } from '../../src/setup/recover/stand-down/stand-down-host.ts'
import { usualLimits } from '../../src/setup/recover/stand-down/watch-own-member.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { clientUrlOf, type EtcdHosts } from '../support/host/etcd-hosts.ts'
import { foundRecoverable, hostPrograms, powerOff, recoverOn } from '../support/host/lost-quorum.ts'
import { refusalOf } from '../support/refusal.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const etcdService = 'etcd.service'
const gone = { gone: ['etcd-2'], fenced: ['etcd-2'], yes: true } as const
const onHost = (world: HostWorld): HostWorld => ({ ...world, run: hostPrograms })
let all: EtcdHosts
afterEach(() => all?.remove())

async function foundTwo(network: number): Promise<readonly [SandboxHost, SandboxHost]> {
  if (etcd === undefined) throw new Error('no etcd')
  all = await foundRecoverable(etcd, dirname(realpathSync(etcd.path)), 2, network)
  return [all.at(0), all.at(1)]
}

const standDown = async (host: SandboxHost) =>
  JSON.parse((await recoverOn(host, { standDown: true, json: true })).stdout)

const readAt = async (host: SandboxHost, key: string): Promise<string> =>
  Buffer.from((await getKey(all.connect([host]), key))?.value ?? []).toString()

/** A recovery without the lock, which this process would hold for ever where it is "killed". */
async function recover(world: HostWorld, change: Partial<RecoveryParts> = {}): Promise<void> {
  const parts = { ...recoveryParts(world), ...change }
  const plan = await readRecoverPlan(parseRecoverAnswers({ gone: ['etcd-2'] }), world, parts)
  await recoverHost(plan, { listener: silentListener, parts }, world)
}

/** Does something until it is about to write such a text, and no further, as SIGKILL ends it. */
function killedBeforeWriting(
  { world }: SandboxHost,
  what: string,
  run: (world: HostWorld) => Promise<void>,
): Promise<void> {
  return new Promise((killed, failed) => {
    const write: HostWorld['files']['write'] = async (path, text, settings) => {
      if (!text.includes(what)) return world.files.write(path, text, settings)
      killed()
      await new Promise(() => {})
    }
    const files = { ...world.files, write }
    run(onHost({ ...world, files })).then(() => failed(new Error('nothing killed it')), failed)
  })
}

describe.skipIf(etcd === undefined)('a recovery, and what was before it', { timeout: 240_000 }, () => {
  it('knows nothing of one that was killed before it changed anything, once the member has stood up again', async () => {
    const [one, two] = await foundTwo(81)
    await putKey(all.connect(), 'key', 'old')
    await powerOff(two)
    await standDown(one)
    await killedBeforeWriting(one, '"state":"recovering"', recover)
    await recoverOn(one, { standUp: true, yes: true })
    await two.units.launch(etcdService)
    await expect
      .poll(
        () =>
          putKey(all.connect(), 'key', 'new').then(
            () => true,
            () => false,
          ),
        { timeout: 60_000 },
      )
      .toBe(true)
    await powerOff(two)
    await standDown(one)
    await recoverOn(one, gone)
    expect(await readAt(one, 'key')).toBe('new')
  })

  it('is not taken for done by that of the last time', async () => {
    const [one, two] = await foundTwo(82)
    await powerOff(two)
    await standDown(one)
    await recoverOn(one, gone)
    await recoverOn(one, gone)
    await one.units.stop(etcdService)
    expect(await refusalOf(recoverOn(one, gone))).toMatchObject({
      code: 'refused',
      message: 'this member has not stood down',
    })
  })

  it('goes on from the database where the snapshot that was kept is gone: the member stands down again', async () => {
    const [one, two] = await foundTwo(83)
    await putKey(all.connect(), 'key', 'value')
    await powerOff(two)
    const { kept } = await standDown(one)
    rmSync(kept.file)
    expect((await refusalOf(recoverOn(one, gone))).hint).toContain('signet recover --stand-down')
    expect((await standDown(one)).kept).toMatchObject({ kind: 'database' })
    await recoverOn(one, gone)
    expect(await readAt(one, 'key')).toBe('value')
  })

  it('is refused where standing down was cut off: nothing tells yet how far the own data go', async () => {
    const [one, two] = await foundTwo(84)
    const { file } = await takeSnapshot(one.world)
    await putKey(all.connect(), 'key', 'value')
    await powerOff(two)
    await killedBeforeWriting(one, '"kept":{', async (world) => {
      const parts = recoveryParts(world)
      const watching = { limits: usualLimits, time: realTime, tell: () => {} }
      const plan = planStandDown(await readStandDownFacts(world, parts, watching))
      await standDownHost(plan, { listener: silentListener, say: () => {}, parts }, world)
    })
    expect(await refusalOf(recoverOn(one, { ...gone, from: file }))).toMatchObject({
      code: 'refused',
      hint: expect.stringContaining('signet recover --stand-down'),
    })
  })

  it('says what to do where its data come with an alarm, and is through once that is disarmed', async () => {
    const [one, two] = await foundTwo(86)
    const setAlarm = async (action: 'raise' | 'disarm', memberID: bigint): Promise<void> => {
      const request = { action: action === 'raise' ? 1 : 2, memberID, alarm: 1 }
      await all.connect([one]).call(Maintenance, (maintenance, deadline) => maintenance.alarm(request, deadline))
    }
    const { memberId } = await readMemberStatus(all.connect([one]), clientUrlOf(one))
    await setAlarm('raise', memberId)
    await powerOff(two)
    await standDown(one)
    expect(await refusalOf(recoverOn(one, gone))).toMatchObject({
      code: 'try-later',
      message: expect.stringMatching(/the alarm NOSPACE came with its data: .*alarm disarm; the new cluster serves$/),
    })
    await setAlarm('disarm', memberId)
    expect(JSON.parse((await recoverOn(one, { ...gone, json: true })).stdout)).toMatchObject({ name: 'etcd-1' })
  })

  it('tells where it keeps what was written to a cluster that it undid, and looks again however that undoing ended', async () => {
    const [one, two] = await foundTwo(87)
    await powerOff(two)
    const { members } = await standDown(one)
    const { units } = one
    const launch = async (unit: string): Promise<void> => {
      await units.launch(unit)
      throw new SignetError('unavailable', 'the unit was started, and did not say so')
    }
    const systemd = new Proxy<HostWorld['systemd']>(units, {
      get: (target, name) => {
        const own: unknown = name === 'launch' ? launch : Reflect.get(target, name, target)
        return typeof own === 'function' ? own.bind(target) : own
      },
    })
    await killedBeforeWriting(one, '"state":"stood-down"', (world) => recover({ ...world, systemd }))
    const seen = async () => (await askFormerMembers(members, one.world)).map(({ state }) => state)
    const world = onHost(one.world)
    const restore: RecoveryParts['restore'] = async (wanted) => {
      await recoveryParts(world).restore({ ...wanted, tool: await recoveryParts(world).findTool(true) })
      await two.units.launch(etcdService)
      await expect.poll(seen, { timeout: 20_000 }).toContain('answers')
    }
    const refusal = await refusalOf(recover(world, { restore }))
    expect(refusal).toMatchObject({ code: 'refused', message: expect.stringContaining('etcd-2') })
    expect(await one.units.isActive(etcdService)).toBe(false)
    const kept = /is kept: (\S+)$/.exec(refusal.message)?.[1] ?? ''
    expect(kept).toMatch(/\.undone-1$/)
    expect(existsSync(join(kept, 'member/snap/db'))).toBe(true)
  })

  it('does not stand down where the quorum comes back while its snapshot is taken: all is as it was', async () => {
    const [one, two] = await foundTwo(88)
    await powerOff(two)
    const world = onHost(one.world)
    const own = recoveryParts(world)
    const write = () =>
      putKey(all.connect(), 'key', 'new').then(
        () => true,
        () => false,
      )
    const takeSnapshot: RecoveryParts['takeSnapshot'] = async (onProgress) => {
      const taken = await own.takeSnapshot(onProgress)
      await two.units.launch(etcdService)
      await expect.poll(write, { timeout: 60_000 }).toBe(true)
      return taken
    }
    const watching = { limits: usualLimits, time: realTime, tell: () => {} }
    const plan = planStandDown(await readStandDownFacts(world, own, watching))
    const audience = { listener: silentListener, say: () => {}, parts: { takeSnapshot } }
    expect(await refusalOf(standDownHost(plan, audience, world))).toMatchObject({
      code: 'refused',
      message: 'etcd-1 sees a quorum: nothing is to be recovered',
    })
    expect(existsSync(one.world.layout.standDown)).toBe(false)
    expect(await one.units.isActive(etcdService)).toBe(true)
    expect(await write()).toBe(true)
  })

  it('is undone where another member wakes while it restores', async () => {
    const [one, two] = await foundTwo(85)
    await powerOff(two)
    await standDown(one)
    const world = onHost(one.world)
    const { members } = await standDown(one)
    const seen = async () => (await askFormerMembers(members, world)).map(({ state }) => state)
    const restore: RecoveryParts['restore'] = async (wanted) => {
      await recoveryParts(world).restore({ ...wanted, tool: await recoveryParts(world).findTool(true) })
      await two.units.launch(etcdService)
      await expect.poll(seen, { timeout: 20_000 }).toContain('answers')
    }
    const refusal = await refusalOf(recover(world, { restore }))
    expect(refusal.message).toContain('etcd-2')
    expect(existsSync(one.world.layout.standDown)).toBe(true)
    expect(await one.units.isActive(etcdService)).toBe(false)
  })
})
