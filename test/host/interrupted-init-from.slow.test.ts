import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type InitOptions, runInit } from '../../src/cli/host/init.ts'
import { SignetError } from '../../src/core/signet-error.ts'
import { getKey } from '../../src/etcd/key-value.ts'
import type { HostWorld } from '../../src/setup/host-world.ts'
import { Fault } from '../support/disk/fault.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRaisingEtcdutl } from '../support/etcd/find-raising-etcdutl.ts'
import { killStride } from '../support/host/kill-stride.ts'
import { bringEtcdutl, connectHost, LostCluster } from '../support/host/lost-cluster.ts'
import { TestHost } from '../support/host/test-host.ts'
import { refusalOf } from '../support/refusal.ts'
import { memberOptions } from './member-options.ts'

const etcd = findEtcd()
const etcdutl = findRaisingEtcdutl(etcd)
const timeoutMs = 60_000

describe.skipIf(etcdutl === undefined)('init --from that does not come to its end', () => {
  let lost: LostCluster
  let host: TestHost
  const typed = (): InitOptions => {
    const { caKey, caCert, from } = lost
    return memberOptions(host, { caKey, caCert, from, name: 'etcd-9' })
  }
  const init = (world = host.world()) => host.listen((streams) => runInit(typed(), streams, world))
  const readValue = async (key: string): Promise<string> => {
    const client = connectHost(host)
    try {
      return new TextDecoder().decode((await getKey(client, key))?.value)
    } finally {
      client.close()
    }
  }
  const begin = async (): Promise<void> => {
    host = await TestHost.create('127.0.0.47', etcd?.path)
    bringEtcdutl(host, etcdutl ?? '')
  }

  beforeAll(async () => {
    lost = await LostCluster.create('127.0.0.46', etcd?.path ?? '')
  }, timeoutMs)
  afterAll(() => lost?.remove())
  beforeEach(begin)
  afterEach(() => host.remove())

  it('killed at any call and run again, founds the cluster with all that the snapshot has', async () => {
    const struck: string[] = []
    for (let call = 1; ; call += killStride) {
      const fault = new Fault({ call, when: 'before', how: 'kill' })
      const world = host.world()
      const faulty = {
        ...world,
        files: fault.wrap('files', world.files),
        systemd: fault.wrap('systemd', world.systemd),
      }
      await Promise.race([init(faulty), fault.strikes])
      const isFinished = /"isFinished":true/.test(
        host.has(host.layout.progress) ? readFileSync(host.layout.progress, 'utf8') : '',
      )
      if (!isFinished) await init()
      expect(await readValue('a'), fault.struck).toBe('1')
      if (fault.struck === undefined) break
      struck.push(fault.struck)
      await host.remove()
      await begin()
    }
    expect(struck.length * killStride).toBeGreaterThan(20)
  }, 1_800_000)

  it(
    'is undone where etcd does not come up, and goes on where it has served',
    async () => {
      const before = Object.keys(host.files())
      const world = host.world({ isServing: async () => false, signal: AbortSignal.timeout(4000) })
      await refusalOf(host.listen((streams) => runInit(typed(), streams, world)))
      const left = ['root/setup.log', 'var/lib/signet/issued.jsonl']
      const isLeft = (path: string): boolean => left.includes(path) || /^run\/|\.log$|usr\/local/.test(path)
      expect(Object.keys(host.files()).filter((path) => !isLeft(path))).toEqual(before.filter((path) => !isLeft(path)))
      const asked = { count: 0 }
      const isServing: HostWorld['isServing'] = async () => {
        asked.count += 1
        if (asked.count === 1) throw new SignetError('unavailable', 'cut off')
        return true
      }
      const refusal = await refusalOf(host.listen((streams) => runInit(typed(), streams, host.world({ isServing }))))
      expect(refusal.message).toContain('clients may have written to it')
      await init()
      expect(await readValue('a')).toBe('1')
    },
    timeoutMs,
  )
})
