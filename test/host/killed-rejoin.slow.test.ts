import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRejoinPlan, rejoinHost } from '../../src/setup/rejoin/rejoin-host.ts'
import { Fault } from '../support/disk/fault.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { FormerState, methodsOf, noSnapshots, RecoveredHosts } from '../support/host/recovered-hosts.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)

describe.skipIf(etcd === undefined || restorer === undefined)('signet recover --rejoin that is cut off', () => {
  let hosts: RecoveredHosts

  beforeAll(async () => {
    hosts = await RecoveredHosts.create(dirname(etcd?.path ?? ''), restorer ?? '', 72)
    await hosts.standDown(hosts.all.at(1))
  })
  afterAll(() => hosts?.all.remove())

  it('killed at any call and run again, brings it in all the same', async () => {
    const host = hosts.all.at(1)
    const struck: string[] = []
    for (let call = 1; ; call += 1) {
      const before = await new FormerState(host).keep()
      const fault = new Fault({ call, when: 'before', how: 'kill' })
      const { world } = host
      const systemd = fault.wrap('systemd', methodsOf(world.systemd))
      const faulty = { ...world, files: fault.wrap('files', world.files), systemd: systemd as typeof world.systemd }
      const run = async (world = host.world): Promise<void> =>
        rejoinHost(
          await readRejoinPlan({ cluster: hosts.clusterId }, host.world, noSnapshots),
          { listener: silentListener },
          world,
        )
      await Promise.race([run(faulty), fault.strikes])
      if (fault.struck !== undefined) await run()
      expect(await hosts.clusterIdOf(host), fault.struck).toBe(hosts.clusterId)
      expect(existsSync(world.layout.standDown), fault.struck).toBe(false)
      expect(readdirSync(dirname(world.layout.dataDirectory)).toSorted(), fault.struck).toEqual([
        'signet',
        expect.stringMatching(/^signet\.before-/),
      ])
      await hosts.takeOut(host)
      await before.restore()
      if (fault.struck === undefined) break
      struck.push(fault.struck)
    }
    expect(struck.length).toBeGreaterThan(15)
  }, 1_200_000)
})
