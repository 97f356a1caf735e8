import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readRaftLog } from '../../src/cluster/read-raft-log.ts'
import { readMemberStatus } from '../../src/etcd/member-status.ts'
import { formatVersion } from '../../src/etcd/versions/kubeadm-minimum.ts'
import { startChild } from '../../src/host/programs/child-process.ts'
import type { SandboxHost } from '../../src/sandbox/sandbox-host.ts'
import { readUsePlan } from '../../src/setup/etcd-use/use-host.ts'
import type { UseReceipt } from '../../src/setup/etcd-use/use-receipt.ts'
import { parseEtcdFlagsFile } from '../../src/setup/member/etcd-environment-file.ts'
import { findLadder, type Rung } from '../support/etcd/etcd-ladder.ts'
import { SteadyWriter } from '../support/etcd/steady-writer.ts'
import { clientUrlOf, EtcdHosts, runUse } from '../support/host/etcd-hosts.ts'
import { refusalOf } from '../support/refusal.ts'

const ladder = findLadder()
const etcdService = 'etcd.service'
let all: EtcdHosts | undefined

const rung = (minor: number): Rung | undefined => ladder.find(({ version }) => version.minor === minor)
const [etcd34, etcd35, etcd36, etcd37] = [4, 5, 6, 7].map(rung)

/** What a person wants to know of a run of this file. */
function report(what: string, told: object): void {
  process.stderr.write(`${what}: ${JSON.stringify(told)}\n`)
}

async function found(of: Rung | undefined, count: number): Promise<EtcdHosts> {
  all = await EtcdHosts.found(of?.directory ?? '', count)
  return all
}

async function use(host: SandboxHost, to: Rung | undefined): Promise<UseReceipt> {
  const receipt = await runUse(host, to?.directory ?? '')
  if (receipt === undefined) throw new Error('there was nothing to do')
  const { version, totalMs, writes, raftSnapshot, steps } = receipt
  const times = steps.map(({ id, durationMs }) => `${id} ${Math.round(durationMs)}`).join(', ')
  report(host.name, { version, totalMs: Math.round(totalMs), writes, raftSnapshot, times })
  return receipt
}

const logOf = ({ world }: SandboxHost) => readRaftLog(world.layout.dataDirectory)
const versionOf = async (hosts: EtcdHosts, host: SandboxHost) =>
  (await readMemberStatus(hosts.connect([host]), clientUrlOf(host))).version

/** What this etcd does with a copy of a member's data: it must not touch the member itself. */
async function startsOnCopy(host: SandboxHost, of: Rung | undefined): Promise<boolean> {
  const copy = mkdtempSync(join(tmpdir(), 'signet-copy-'))
  cpSync(host.world.layout.dataDirectory, copy, { recursive: true })
  const urls = ['client', 'peer'].flatMap((kind) => {
    const flag = kind === 'peer' ? 'initial-advertise-peer' : 'advertise-client'
    return [`--listen-${kind}-urls=http://127.0.0.1:0`, `--${flag}-urls=http://127.0.0.1:1`]
  })
  const logFile = join(copy, 'log')
  // Alone, and without what kept it from being a cluster: its log is what is tried here.
  const args = [
    `--data-dir=${copy}`,
    '--force-new-cluster',
    '--name=copy',
    '--log-outputs=stderr',
    '--logger=zap',
    ...urls,
  ]
  const child = await startChild({ command: join(of?.directory ?? '', 'etcd'), args, logFile })
  try {
    await expect
      .poll(() => !child.isRunning() || /ready to serve client requests/.test(readFileSync(logFile, 'utf8')), {
        timeout: 20_000,
      })
      .toBe(true)
    const log = readFileSync(logFile, 'utf8')
    expect(child.isRunning() || /"level":"panic"|panic:/.test(log)).toBe(true)
    return child.isRunning()
  } finally {
    await child.stop(0)
    rmSync(copy, { recursive: true, force: true })
  }
}

/** etcd's /health, which in 3.4 writes an entry of the v2 API. */
function askHealth(host: SandboxHost): Promise<number | undefined> {
  const { layout } = host.world
  const [ca, cert, key] = [layout.caCertificate, layout.memberCertificate, layout.memberKey].map((file) =>
    readFileSync(file),
  )
  return new Promise((resolve, reject) => {
    const asking = request(`${clientUrlOf(host)}/health`, { ca, cert, key, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    })
    asking.once('error', reject)
    asking.end()
  })
}

/** Restarts the etcd of a host with one flag more. */
async function addFlag({ world, units }: SandboxHost, flag: string): Promise<void> {
  const { layout, files } = world
  const known = readFileSync(layout.etcdFlags, 'utf8')
  expect(parseEtcdFlagsFile(known).length).toBeGreaterThan(0)
  await files.write(layout.etcdFlags, known.replace(/"\n$/, ` ${flag}"\n`), { mode: 0o644 })
  await units.stop(etcdService)
  await units.launch(etcdService)
}

afterEach(async () => {
  await all?.remove()
  all = undefined
})

describe.skipIf(ladder.length < 4)('signet etcd use, from one minor version to the next', () => {
  it('takes three members from 3.4 to 3.7 while a writer goes on', { timeout: 600_000 }, async () => {
    const hosts = await found(etcd34, 3)
    for (const to of [etcd35, etcd36, etcd37]) {
      const writer = new SteadyWriter(hosts.connect())
      for (const host of hosts.hosts) {
        const receipt = await use(host, to)
        expect(receipt.writes?.failures).toBeLessThanOrEqual(2)
        expect(await versionOf(hosts, host)).toBe(receipt.version)
        expect(receipt.canGoBack).toBe(host !== hosts.hosts.at(-1))
      }
      const written = await writer.stop()
      report('the writer beside it', { ...written, failures: written.failures.length })
      expect(written.failures.length).toBeLessThanOrEqual(2)
    }
  })

  it('has 3.6 take a raft snapshot before 3.7, which panics at the log otherwise', { timeout: 600_000 }, async () => {
    const hosts = await found(etcd35, 3)
    for (const host of hosts.hosts) await use(host, etcd36)
    const host = hosts.at(0)
    expect((await logOf(host)).membershipV2).toBeGreaterThan(0)
    // The control: the reader is right where it says that 3.7 does not start, and that 3.6 does.
    expect([await startsOnCopy(host, etcd36), await startsOnCopy(host, etcd37)]).toEqual([true, false])
    const writer = new SteadyWriter(hosts.connect())
    for (const each of hosts.hosts) {
      const { raftSnapshot } = await use(each, etcd37)
      // As many as were left to 10,000 when others had written.
      if (each === host) expect(raftSnapshot?.entries).toBeGreaterThan(0)
    }
    const written = await writer.stop()
    report('the writer beside it', { ...written, failures: written.failures.length })
    expect(written.failures.length).toBeLessThanOrEqual(2)
  })

  it("has 3.5 take one before 3.6 where 3.4's /health left entries that 3.6 panics at", {
    timeout: 600_000,
  }, async () => {
    const hosts = await found(etcd34, 1)
    const host = hosts.at(0)
    for (let call = 0; call < 3; call += 1) expect(await askHealth(host)).toBe(200)
    await use(host, etcd35)
    expect((await logOf(host)).foreignV2).toBeGreaterThan(0)
    expect([await startsOnCopy(host, etcd35), await startsOnCopy(host, etcd36)]).toEqual([true, false])
    // Sooner than after its usual 100,000 entries.
    await addFlag(host, '--snapshot-count=3000')
    await expect
      .poll(() => versionOf(hosts, host).catch(() => ''), { timeout: 20_000 })
      .toBe(formatVersion(etcd35?.version ?? { major: 0, minor: 0, patch: 0 }))
    const { raftSnapshot } = await use(host, etcd36)
    expect(raftSnapshot?.entries).toBeGreaterThan(1000)
    expect(await startsOnCopy(host, etcd36)).toBe(true)
  })

  it('takes a member back while the cluster has not taken up the new version, and refuses it then', {
    timeout: 300_000,
  }, async () => {
    const hosts = await found(etcd35, 2)
    const [first, second] = [hosts.at(0), hosts.at(1)]
    expect((await use(first, etcd36)).canGoBack).toBe(true)
    await use(first, etcd35)
    for (const host of [first, second]) await use(host, etcd36)
    expect(await refusalOf(readUsePlan({ directory: etcd35?.directory ?? '' }, first.world))).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('the cluster has taken up 3.6, and no older etcd starts on its data'),
    })
  })

  it('refuses to skip a minor version', { timeout: 120_000 }, async () => {
    const { world } = (await found(etcd35, 1)).at(0)
    expect(await refusalOf(readUsePlan({ directory: etcd37?.directory ?? '' }, world))).toMatchObject({
      message: expect.stringContaining('etcd goes one minor version at a time'),
      hint: 'bring every member to 3.6 first, one after the other',
    })
  })

  it('moves a single member too, for which writes stand still', { timeout: 120_000 }, async () => {
    const host = (await found(etcd35, 1)).at(0)
    const plan = await readUsePlan({ directory: etcd36?.directory ?? '' }, host.world)
    expect(plan.warnings.join('\n')).toContain('writes stand still')
    const receipt = await use(host, etcd36)
    expect(receipt).toMatchObject({ canGoBack: false, clusterVersion: '3.6' })
  })
})
