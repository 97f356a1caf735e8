import { fork } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Systemd } from '../../src/host/programs/systemd-unit.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { killStride } from '../support/host/kill-stride.ts'
import type { RejoinAsked } from '../support/host/killable-rejoin.ts'
import { FormerState, RecoveredHosts } from '../support/host/recovered-hosts.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)
const program = join(import.meta.dirname, '../support/host/killable-rejoin.ts')

/** Counts what a process changes, from the beginning or from its interruption on. */
function countChanges(fromTheBeginning: boolean): (asked: RejoinAsked) => number {
  let isCounted = fromTheBeginning
  let changes = 0
  return ({ what, systemd }) => {
    if (what === 'interrupt') isCounted = true
    else if (isCounted && (systemd === undefined || /^(?:launch|stop|enable|start)$/.test(systemd.method))) changes += 1
    return changes
  }
}

/** How a process that rejoined came to its end. */
interface RejoinEnd {
  /** The change before which it was killed. */
  readonly killedBefore: string | undefined
  readonly status: number | null
  readonly said: string
}

describe.skipIf(etcd === undefined || restorer === undefined)(
  'recover --rejoin whose process is killed by SIGKILL',
  () => {
    let hosts: RecoveredHosts

    beforeAll(async () => {
      hosts = await RecoveredHosts.create(dirname(etcd?.path ?? ''), restorer ?? '', 72)
      await hosts.standDown(hosts.all.at(1))
    })
    afterAll(() => hosts?.all.remove())

    it('before a change, is finished by the same command run again, with the data of before beside the new', async () => {
      const host = hosts.all.at(1)
      const { layout } = host.world
      const struck: string[] = []
      for (let change = 1; ; change += killStride) {
        const before = await new FormerState(host).keep()
        const { killedBefore, status, said } = await rejoin(host, change)
        const last = killedBefore === undefined ? { status, said } : await rejoin(host)
        expect(last, killedBefore).toMatchObject({ status: 0, said: '' })
        expect(await hosts.clusterIdOf(host), killedBefore).toBe(hosts.clusterId)
        expect(existsSync(layout.standDown), killedBefore).toBe(false)
        const beside = ['signet', expect.stringMatching(/^signet\.before-/)]
        expect(readdirSync(dirname(layout.dataDirectory)).toSorted(), killedBefore).toEqual(beside)
        await hosts.takeOut(host)
        await before.restore()
        if (killedBefore === undefined) break
        struck.push(killedBefore)
      }
      expect(struck.length * killStride).toBeGreaterThan(20)
    }, 1_800_000)

    it('before a change of its undoing, goes on when it is run again, and never with half of the data', async () => {
      const host = hosts.all.at(1)
      const struck: string[] = []
      for (let change = 1; ; change += killStride) {
        const before = await new FormerState(host).keep()
        const { killedBefore } = await rejoin(host, change, 'catch-up')
        expect(await rejoin(host), killedBefore).toMatchObject({ status: 0, said: '' })
        expect(await hosts.clusterIdOf(host), killedBefore).toBe(hosts.clusterId)
        const beside = ['signet', expect.stringMatching(/^signet\.before-/)]
        expect(readdirSync(dirname(host.world.layout.dataDirectory)).toSorted(), killedBefore).toEqual(beside)
        await hosts.takeOut(host)
        await before.restore()
        if (killedBefore === undefined) break
        struck.push(killedBefore)
      }
      expect(struck.length * killStride).toBeGreaterThan(5)
    }, 900_000)

    /** Killed before this change, of those that follow the interruption where there is one. */
    async function rejoin(
      { name, world, units }: SandboxHost,
      killBefore?: number,
      interruptAt?: string,
    ): Promise<RejoinEnd> {
      const child = fork(program, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
      let said = ''
      let killedBefore: string | undefined
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
      const systemd: Systemd = units
      const count = countChanges(interruptAt === undefined)
      child.on('message', async (asked: RejoinAsked) => {
        if (count(asked) === killBefore && killedBefore === undefined) {
          killedBefore = asked.what
          child.kill('SIGKILL')
        }
        if (killedBefore !== undefined) return
        const { ask, systemd: call } = asked
        const value: unknown =
          call === undefined ? undefined : await Reflect.apply(systemd[call.method], units, call.args)
        if (child.connected) child.send({ ask, value })
      })
      child.send({ name, layout: world.layout, etcdPorts: world.etcdPorts, cluster: hosts.clusterId, interruptAt })
      const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
      return { killedBefore, status, said }
    }
  },
)
