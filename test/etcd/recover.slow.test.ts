import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getKey, putKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { formatClusterId } from '../../src/host/snapshots/snapshot-name.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { clientUrlOf, type EtcdHosts } from '../support/host/etcd-hosts.ts'
import { foundRecoverable, powerOff, recoverOn } from '../support/host/lost-quorum.ts'
import { refusalOf } from '../support/refusal.ts'

const etcd = findEtcd()
const etcdService = 'etcd.service'

describe.skipIf(etcd === undefined)('recover, two of three members gone', { timeout: 180_000 }, () => {
  let all: EtcdHosts
  let survivor: SandboxHost
  let oldCluster: string

  beforeAll(async () => {
    if (etcd === undefined) return
    all = await foundRecoverable(etcd, dirname(realpathSync(etcd.path)), 3, 70)
    survivor = all.at(0)
    for (let key = 0; key < 50; key += 1) await putKey(all.connect(), `key-${key}`, `value ${key}`)
    await putKey(all.connect(), '/registry/masterleases/192.0.2.31', 'x')
    const { clusterId } = await readMemberStatus(all.connect(), clientUrlOf(survivor))
    oldCluster = formatClusterId(clusterId)
  }, 120_000)
  afterAll(() => all?.remove())

  it('is refused while there is a quorum, and before the member has stood down', async () => {
    expect(await refusalOf(recoverOn(survivor, { standDown: true }))).toMatchObject({
      code: 'refused',
      message: 'etcd-1 sees a quorum: nothing is to be recovered',
    })
    const early = await refusalOf(recoverOn(survivor, { gone: ['etcd-2', 'etcd-3'], yes: true }))
    expect(early).toMatchObject({ code: 'refused', message: 'this member has not stood down' })
  })

  it('stands down once the others are gone: a snapshot is kept, and etcd does not start any more', async () => {
    await powerOff(all.at(1))
    await powerOff(all.at(2))
    const { stderr, stdout } = await recoverOn(survivor, { standDown: true, json: true })
    expect(stderr).toContain('etcd-1 has stood down')
    const marker = JSON.parse(stdout)
    expect(marker).toMatchObject({ clusterId: oldCluster, kept: { kind: 'snapshot' }, masterLeases: ['192.0.2.31'] })
    expect(existsSync(marker.kept.file)).toBe(true)
    expect(await survivor.units.isActive(etcdService)).toBe(false)
    await survivor.units.launch(etcdService)
    expect(await survivor.units.isActive(etcdService)).toBe(false)
  })

  it('stands down once, and says the same again', async () => {
    const [one, other] = [
      await recoverOn(survivor, { standDown: true, json: true }),
      await recoverOn(survivor, { standDown: true, json: true }),
    ]
    expect(one.stdout).toBe(other.stdout)
  })

  it('asks for each member of the old cluster what became of it', async () => {
    const refusal = await refusalOf(recoverOn(survivor, { gone: ['etcd-2'], yes: true }))
    expect(refusal).toMatchObject({ code: 'refused', message: expect.stringContaining('nothing is said of etcd-3') })
    expect(refusal.hint).toContain('signet recover --gone=etcd-2 --gone=etcd-3')
  })

  it('is told elsewhere that another survivor has more', async () => {
    const options = { gone: ['etcd-3'], seen: ['etcd-2:999999'], yes: true } as const
    const refusal = await refusalOf(recoverOn(survivor, options))
    expect(refusal).toMatchObject({ code: 'refused', message: expect.stringContaining('etcd-2 has revision 999999') })
    expect(refusal.hint).toContain('recover there instead')
  })

  it('tells before it begins what is lost and whom to stop, and changes nothing', async () => {
    const { stdout } = await recoverOn(survivor, { gone: ['etcd-2', 'etcd-3'], dryRun: true })
    expect(stdout).toContain('stop every kube-apiserver first: 192.0.2.31')
    expect(stdout).toContain('the new cluster goes on from revision')
    expect(existsSync(survivor.world.layout.recoverProgress)).toBe(false)
  })

  it('begins a new cluster with every key, and ends well only once root has confirmed who is gone', async () => {
    const open = await refusalOf(recoverOn(survivor, { gone: ['etcd-2', 'etcd-3'], fenced: ['etcd-2'], yes: true }))
    expect(open).toMatchObject({ code: 'try-later', hint: 'once that is so: signet recover --fenced=etcd-3' })
    const { stdout, stderr } = await recoverOn(survivor, { fenced: ['etcd-3'], json: true })
    const receipt = JSON.parse(stdout)
    const etcdServers = `--etcd-servers=${clientUrlOf(survivor)}`
    expect(receipt).toMatchObject({ etcdServers })
    expect(stderr).toMatch(/tell kube-apiserver on every master, in .+kube-apiserver\.yaml: --etcd-servers=/)
    expect(stderr).toContain(`kube-apiserver.yaml: ${etcdServers}\n`)
    expect(receipt).toMatchObject({ name: 'etcd-1', isBumped: true, oldClusterId: oldCluster })
    expect(receipt.newClusterId).not.toBe(oldCluster)
    expect(BigInt(receipt.revisionAfter)).toBe(BigInt(receipt.source.revision) + 1_000_000_000n)
    expect(existsSync(receipt.aside)).toBe(true)
    const client = all.connect([survivor])
    expect(await listMembers(client, { linearizable: true })).toHaveLength(1)
    for (const key of [0, 49]) {
      expect(Buffer.from((await getKey(client, `key-${key}`))?.value ?? []).toString()).toBe(`value ${key}`)
    }
    expect(existsSync(survivor.world.layout.standDown)).toBe(false)
    expect(readFileSync(survivor.world.layout.etcdFlags, 'utf8')).toContain(`--initial-cluster-token=${receipt.token}`)
  })
})
