import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignetError } from '../../src/core/signet-error.ts'
import { inspectPairs } from '../../src/diagnosis/inspect/inspect-pairs.ts'
import { inspectClusterIds } from '../../src/diagnosis/inspect/lost-quorum/inspect-cluster-ids.ts'
import { judgeClusterIds } from '../../src/diagnosis/judge/lost-quorum/judge-cluster-ids.ts'
import { getKey } from '../../src/etcd/key-value.ts'
import { listMembers } from '../../src/etcd/list-members.ts'
import { localFiles } from '../../src/host/files/local-files.ts'
import { readRecoveryMarks } from '../../src/host/lost-quorum/recovery-marks.ts'
import { memberPaths } from '../../src/host/pair-paths.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { formatMarker } from '../../src/setup/recover/stand-down-marker.ts'
import { rejoinProgressFile } from '../../src/setup/rejoin/rejoin-facts.ts'
import { type Rejoined, readRejoinPlan, rejoinHost } from '../../src/setup/rejoin/rejoin-host.ts'
import { renewExpired } from '../../src/setup/rejoin/renew-expired.ts'
import { findEtcd } from '../support/etcd/find-etcd.ts'
import { findRestorer } from '../support/etcd/restore-snapshot.ts'
import { clientUrlOf } from '../support/host/etcd-hosts.ts'
import { rejoinOn } from '../support/host/lost-quorum.ts'
import { noSnapshots, RecoveredHosts } from '../support/host/recovered-hosts.ts'
import { refusalOf } from '../support/refusal.ts'
import { silentListener } from '../support/silent.ts'

const etcd = findEtcd()
const restorer = etcd === undefined ? undefined : findRestorer(etcd)

describe.skipIf(etcd === undefined || restorer === undefined)('signet recover --rejoin', { timeout: 120_000 }, () => {
  let hosts: RecoveredHosts
  const plan = ({ world }: SandboxHost, cluster = hosts.clusterId) => readRejoinPlan({ cluster }, world, noSnapshots)
  const rejoin = async (host: SandboxHost): Promise<Rejoined & { readonly said: string }> => {
    const { stdout, stderr } = await rejoinOn(host, { rejoin: true, cluster: hosts.clusterId, json: true })
    return { ...JSON.parse(stdout), said: stderr }
  }

  beforeAll(async () => {
    hosts = await RecoveredHosts.create(dirname(etcd?.path ?? ''), restorer ?? '', 71)
  })
  afterAll(() => hosts?.all.remove())

  it('refuses the id of the cluster that lost its quorum, one that nobody has, and none', async () => {
    const host = hosts.all.at(1)
    expect(await refusalOf(plan(host, hosts.formerClusterId))).toMatchObject({ code: 'refused' })
    expect(await refusalOf(plan(host, '1234'))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`is of the cluster ${hosts.clusterId}`),
    })
    expect(await refusalOf(readRejoinPlan({}, host.world, noSnapshots))).toMatchObject({ code: 'usage' })
    expect(await refusalOf(plan(host, 'xyz'))).toMatchObject({ code: 'usage' })
  })

  it('refuses while an old member runs that has not stood down', async () => {
    const [second, third] = [hosts.all.at(1), hosts.all.at(2)]
    await hosts.standDown(second)
    await third.units.launch('etcd.service')
    await expect
      .poll(() => refusalOf(plan(second)).then(({ code, message }) => `${code}: ${message}`), { timeout: 10_000 })
      .toContain(`refused: a member of the former cluster ${hosts.formerClusterId} still runs: ${third.name}`)
    await third.units.stop('etcd.service')
  })

  it('finds two old members that wake beside the recovered one, and names them; they are brought in by nobody', async () => {
    const [second, third] = [hosts.all.at(1), hosts.all.at(2)]
    const marks = await readRecoveryMarks(second.world.layout, localFiles)
    rmSync(second.world.layout.standDown)
    for (const { units } of [second, third]) await units.launch('etcd.service')
    await expect.poll(() => hosts.clusterIdOf(second).catch(() => ''), { timeout: 20_000 }).toBe(hosts.formerClusterId)
    const { layout } = hosts.first.world
    const place = { kind: 'member', paths: memberPaths(layout), stateFile: layout.renewal } as const
    const pairs = await inspectPairs([place], { files: localFiles, ownUid: process.geteuid?.() ?? 0 })
    const sources = { pairs, cluster: undefined, etcdServers: undefined, recovery: marks }
    const found = await inspectClusterIds(sources, { remainingMs: () => 3000 })
    const [finding] = judgeClusterIds(found ?? { places: [], former: [] })
    expect(finding).toMatchObject({ level: 'broken', fix: expect.stringContaining(`--cluster=${hosts.clusterId}`) })
    for (const host of [second, third]) expect(finding?.what).toContain(clientUrlOf(host))
    expect(await refusalOf(plan(second))).toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`${second.name} sees a quorum of the cluster ${hosts.formerClusterId}`),
    })
    for (const { units } of [second, third]) await units.stop('etcd.service')
    await hosts.standDown(second)
  })

  it('renews a certificate that has expired before anything else, and asks nobody by it', async () => {
    const { world } = hosts.all.at(1)
    const late = { ...world, clock: { now: () => Date.now() + 100 * 86_400_000 } }
    expect(await refusalOf(readRejoinPlan({ cluster: hosts.clusterId }, late, noSnapshots))).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('has expired'),
    })
    const asked: string[] = []
    const ask = async ({ address }: { readonly address: string }): Promise<never> => {
      asked.push(address)
      throw new SignetError('unavailable', 'no signer')
    }
    expect(await refusalOf(renewExpired({ ...late, ask }, () => {}))).toMatchObject({ code: 'unavailable' })
    expect(asked).toContain(hosts.first.address)
    await renewExpired({ ...world, ask }, () => {})
  })

  it('undoes all where it is interrupted before the promotion: the learner, the data, the flags, the marker', async () => {
    const host = hosts.all.at(1)
    const { dataDirectory, etcdFlags, standDown: marker } = host.world.layout
    const before = [readFileSync(etcdFlags, 'utf8'), readdirSync(dirname(dataDirectory)), readFileSync(marker, 'utf8')]
    const interrupt = new AbortController()
    const progressFile = rejoinProgressFile(host.world)
    let cut = ''
    const listener = {
      ...silentListener,
      started: ({ id }: { readonly id: string }) => {
        if (id !== 'catch-up') return
        cut = readFileSync(progressFile, 'utf8')
        interrupt.abort()
      },
    }
    const world = { ...host.world, signal: interrupt.signal }
    expect(await refusalOf(rejoinHost(await plan(host), { listener }, world))).toMatchObject({
      code: 'try-later',
      message: expect.stringContaining('what it had begun is undone'),
    })
    const after = [readFileSync(etcdFlags, 'utf8'), readdirSync(dirname(dataDirectory)), readFileSync(marker, 'utf8')]
    expect(after).toEqual(before)
    expect(await host.world.systemd.isActive('etcd.service')).toBe(false)
    expect(await listMembers(hosts.all.connect([hosts.first]), { linearizable: true })).toHaveLength(1)

    // Killed there instead: the run that goes on finds no marker, and has to know whom to ask and what to put back.
    writeFileSync(progressFile, cut)
    rmSync(marker)
    const { facts } = await plan(host)
    expect(formatMarker(facts.marker ?? expect.fail('no marker is known'))).toBe(before[2])
    writeFileSync(marker, `${before[2]}`)
    rmSync(progressFile)
  })

  it('brings the others in, one after the other, their data of before beside the new', async () => {
    for (const host of [hosts.all.at(1), hosts.all.at(2)]) {
      const { dataDirectory, standDown } = host.world.layout
      const receipt = await rejoin(host)
      expect(receipt).toMatchObject({
        name: host.name,
        clusterId: hosts.clusterId,
        formerClusterId: hosts.formerClusterId,
        etcdServers: expect.stringContaining(clientUrlOf(host)),
      })
      expect(receipt.said).toContain(`kube-apiserver.yaml: ${receipt.etcdServers}\n`)
      expect(await hosts.clusterIdOf(host)).toBe(hosts.clusterId)
      expect(existsSync(`${receipt.aside}/member/wal`)).toBe(true)
      expect(receipt.aside?.startsWith(`${dataDirectory}.before-`)).toBe(true)
      expect(existsSync(standDown)).toBe(false)
      const flags = readFileSync(host.world.layout.etcdFlags, 'utf8')
      expect(flags).toContain('--initial-cluster-state=existing')
      expect(await refusalOf(plan(host))).toMatchObject({
        code: 'refused',
        message: `${host.name} is a member of the cluster ${hosts.clusterId} already`,
      })
    }
    const client = hosts.all.connect([hosts.all.at(2)])
    expect(await listMembers(client, { linearizable: true })).toHaveLength(3)
    expect((await getKey(client, 'kept', { endpoint: clientUrlOf(hosts.all.at(2)) }))?.value).toEqual(
      new TextEncoder().encode('yes'),
    )
  })
})
