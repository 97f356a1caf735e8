import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putKey } from '../../src/etcd/key-value.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import type { StepListener } from '../../src/setup/run/step-listener.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { runUse } from '../support/host/etcd-hosts.ts'
import { EtcdUseTrial, linkOf, useKilledOnce } from '../support/host/etcd-use-trial.ts'
import { refusalOf } from '../support/refusal.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const etcdService = 'etcd.service'

describe.skipIf(etcd === undefined)('signet etcd use, on its way back', { timeout: 240_000 }, () => {
  let trial: EtcdUseTrial

  beforeAll(async () => {
    trial = await EtcdUseTrial.begin()
  })
  afterAll(() => trial?.all.remove())

  it('hands the lead over first, so that no election is waited for', async () => {
    const { raftLeader } = await trial.isServing(trial.at(0))
    const statuses = await Promise.all(
      trial.all.hosts.map(async (host) => ({ host, id: (await trial.isServing(host)).memberId })),
    )
    const leading = statuses.find(({ id }) => id === raftLeader)?.host ?? trial.at(0)
    const receipt = await runUse(leading, trial.binaries('led'))
    expect(receipt?.writes?.longestPauseMs).toBeLessThan(1000)
    await runUse(leading, trial.usual)
  })

  it('goes back by itself where the new etcd hangs', async () => {
    const host = trial.at(2)
    const hanging = trial.binaries('hanging', 'exec sleep 600')
    const refusal = await refusalOf(runUse(host, hanging, { startLimitMs: 3000 }))
    expect(refusal.message).toMatch(/does not come up: .*it does not answer yet after 3 s/)
    await trial.expectAsBefore(host)
  })

  it('goes back where it is interrupted, and leaves what it would have moved', async () => {
    const host = trial.at(2)
    const interrupt = new AbortController()
    const world: HostWorld = { ...host.world, signal: interrupt.signal }
    const hanging = trial.binaries('hanging', 'exec sleep 600')
    setTimeout(() => interrupt.abort(), 6000)
    expect((await refusalOf(runUse({ world }, hanging))).message).toBe(
      'the run was interrupted: what it had begun is undone',
    )
    await trial.expectAsBefore(host)
  })

  it('goes back also in the run that goes on after a kill', async () => {
    const host = trial.at(0)
    const dying = trial.binaries('dying-later', 'exit 3')
    await useKilledOnce(host, dying)
    await host.units.stop(etcdService, 0)
    expect((await refusalOf(runUse(host, dying))).message).toContain('does not come up')
    await trial.expectAsBefore(host)
  })

  it('does not go back while another member is down: with both away the quorum would be gone', async () => {
    const [host, other] = [trial.at(0), trial.at(2)]
    const next = trial.binaries('beside-one-that-is-down')
    const finished: StepListener['finished'] = ({ id }) => id === 'restart' && void other.units.stop(etcdService)
    const run = runUse(host, next, { startLimitMs: 5000, listener: { ...silentListener, finished } })
    expect((await refusalOf(run)).message).toMatch(
      /; it could not be undone: etcd-3 is not healthy, so that etcd-1 is not stopped/,
    )
    expect(await linkOf(host)).toBe(next)
    await putKey(trial.all.connect([host]), 'beside', 'writes go on')
    await other.units.launch(etcdService)
    await trial.untilServing(other)
    await runUse(host, next)
    await runUse(host, trial.usual)
  })
})
