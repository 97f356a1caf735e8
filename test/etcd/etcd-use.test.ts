import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignetError } from '../../src/core/signet-error.ts'
import { formatVersion } from '../../src/etcd/versions/kubeadm-minimum.ts'
import { readUsePlan } from '../../src/setup/etcd-use/use-host.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { raiseAlarm } from '../support/etcd/raise-alarm.ts'
import { runUse } from '../support/host/etcd-hosts.ts'
import { EtcdUseTrial, linkOf, useKilledOnce } from '../support/host/etcd-use-trial.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const etcdService = 'etcd.service'

// More of going back: etcd-use-back.slow.test.ts.
describe.skipIf(etcd === undefined)('signet etcd use', { timeout: 240_000 }, () => {
  let trial: EtcdUseTrial
  const version = etcd?.version ?? { major: 0, minor: 0, patch: 0 }

  beforeAll(async () => {
    trial = await EtcdUseTrial.begin()
  })
  afterAll(() => trial?.all.remove())

  it('moves each member, its snapshot on the disk, and tells what that cost; again there is nothing to do', async () => {
    const other = trial.binaries('first')
    for (const host of trial.all.hosts) {
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
    trial.usual = other
  })

  it('goes back by itself where the new etcd ends, and says what it said last', async () => {
    const host = trial.at(1)
    const dying = `echo '{"level":"info","msg":"starting"}' >&2; echo '{"level":"fatal","msg":"discovery failed","error":"no such thing"}' >&2; exit 1`
    const refusal = await refusalOf(runUse(host, trial.binaries('dying', dying)))
    expect(refusal).toMatchObject({ code: 'unavailable' })
    expect(refusal.message).toMatch(/does not come up: it has ended; it said: "discovery failed: no such thing"$/)
    await trial.expectAsBefore(host)
  })

  it('is finished by the same command where it was killed between the switch and the restart, and by no other', async () => {
    const host = trial.at(0)
    const other = trial.binaries('killed')
    await useKilledOnce(host, other)
    expect(await linkOf(host)).toBe(other)
    const refusal = await refusalOf(readUsePlan({ directory: trial.usual }, host.world))
    expect(refusal).toMatchObject({ code: 'refused', hint: `run that one again: signet etcd use ${other}` })
    // The power was cut: etcd is not there when the host boots, or the new one is.
    await host.units.stop(etcdService, 0)
    const receipt = await runUse(host, other)
    expect(receipt).toMatchObject({ directory: other, previousDirectory: trial.usual })
    await runUse(host, trial.usual)
  })

  it('refuses while a member is down, before anything is done', async () => {
    await trial.at(2).units.stop(etcdService)
    const refusal = await refusalOf(runUse(trial.at(0), trial.binaries('other')))
    expect(refusal).toMatchObject({
      code: 'try-later',
      hint: 'start its etcd, or take it out: signet member remove etcd-3',
    })
    expect(await linkOf(trial.at(0))).toBe(trial.usual)
    await trial.at(2).units.launch(etcdService)
    await trial.untilServing(trial.at(2))
  })

  it('refuses with an alarm', async () => {
    const client = trial.all.connect()
    const disarm = await raiseAlarm(client, (await trial.isServing(trial.at(1))).memberId)
    const refusal = await refusalOf(runUse(trial.at(0), trial.binaries('other')))
    expect(refusal).toMatchObject({ code: 'try-later', message: expect.stringContaining('alarm NOSPACE of etcd-2') })
    await disarm()
  })

  it('refuses where the snapshot has no room, and has changed nothing by then', async () => {
    const host = trial.at(0)
    const takeSnapshot = () => Promise.reject(new SignetError('configuration', 'no room', { hint: 'make room' }))
    expect((await refusalOf(runUse(host, trial.binaries('other'), { takeSnapshot }))).message).toBe('no room')
    await trial.expectAsBefore(host)
  })

  it.each([
    ['a directory without etcd', '/nonexistent', 'configuration'],
    ['no path of a directory', 'relative', 'usage'],
  ])('refuses %s', async (_, directory, code) => {
    expect((await refusalOf(readUsePlan({ directory }, trial.at(0).world))).code).toBe(code)
  })

  it('refuses a host that is no member', async () => {
    const { world } = trial.at(0)
    const elsewhere = { ...world, layout: { ...world.layout, etcdFlags: '/nonexistent' } }
    expect((await refusalOf(readUsePlan({ directory: trial.usual }, elsewhere))).code).toBe('refused')
  })
})
