import { strict as assert } from 'node:assert'
import { cpSync, mkdirSync } from 'node:fs'
import { installServer } from '../cluster/install-packages.ts'
import { startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import type { Scenario } from '../runner/scenario.ts'
import { upgradeMinors, upgradeProgram } from '../set-up/upgrade-etcds.ts'

interface Receipt {
  readonly version: string
  readonly totalMs: number
  readonly writes: { readonly failures: number; readonly longestPauseMs: number }
  readonly raftSnapshot: { readonly entries: number; readonly durationMs: number } | null
}

const limit = { timeoutSeconds: 300 }
const programs = ['etcd', 'etcdctl', 'etcdutl'] as const

/** Three hosts of their own: from 3.7 there is no way back. */
export const etcdUse: Scenario = {
  name: 'etcd-use',
  title:
    "signet etcd use takes three members from the distribution's etcd to 3.7 while a writer goes on, and back where one is broken",
  isLong: true,
  run: async ({ lab, note }) => {
    const hosts = await foundHosts(lab)
    const [first, ...others] = hosts
    assert.ok(first !== undefined)
    for (const host of hosts) {
      copyEtcds(host)
      await host.sync()
    }
    const cut = others[1] ?? first
    note(`${cut.name} ${await useThroughPowerCut(cut, '3.5')}`)
    for (const minor of upgradeMinors) {
      const writer = await startWriting(first, hosts, memberEtcdctl(hosts))
      if (minor === '3.6') await expectBack(others[0] ?? first)
      for (const host of [...others, first].filter((each) => minor !== '3.5' || each !== cut)) {
        note(`${host.name} ${tell(await use(host, minor))}`)
      }
      const { writes, failures, longestPauseMs } = await writer.stop()
      assert.ok(failures.length <= 2, failures.join('\n'))
      note(`${minor}: ${failures.length} of ${writes} writes of etcdctl failed, longest pause ${longestPauseMs} ms`)
    }
    const list: { members: { name: string; version: string }[] } = JSON.parse(
      await first.run('signet member list --json'),
    )
    for (const { version } of list.members) assert.match(version, /^3\.7\./)
    await expectRefused(first, '/opt/etcd-3.6', /the cluster has taken up 3\.7, and no older etcd starts on its data/)
    await first.reboot()
    await first.until('signet etcdctl -- endpoint health', 90, 'etcd is healthy after a boot')
    for (const host of hosts) await host.discard()
  },
}

async function foundHosts(lab: Laboratory): Promise<readonly Host[]> {
  const hosts = await Promise.all([1, 2, 3].map((number) => lab.install(`climb-${number}`, `192.0.2.3${number}`)))
  await Promise.all(hosts.map(installServer))
  const [first, ...others] = hosts
  assert.ok(first !== undefined)
  // On a small disk a snapshot has room beside a small database alone.
  await first.run('signet init --quota=256MiB', limit)
  for (const host of others) await host.run(`signet join --signer-ip=${first.address} --quota=256MiB`, limit)
  return hosts
}

/** A client that knows all members, with a member's own certificate. */
function memberEtcdctl(hosts: readonly Host[]): string {
  const endpoints = hosts.map(({ address }) => `https://${address}:2379`).join(',')
  const pki = '/etc/etcd/pki'
  return `etcdctl --endpoints ${endpoints} --cacert ${pki}/ca.crt --cert ${pki}/server.crt --key ${pki}/server.key`
}

/** Each version in a directory of root's. */
function copyEtcds(host: Host): void {
  for (const minor of upgradeMinors) {
    const directory = `${host.root}/opt/etcd-${minor}`
    mkdirSync(directory, { recursive: true, mode: 0o755 })
    for (const program of programs) cpSync(upgradeProgram(minor, program), `${directory}/${program}`)
  }
}

async function use(host: Host, minor: string): Promise<Receipt> {
  const receipt: Receipt = JSON.parse(await host.run(`signet etcd use /opt/etcd-${minor} --json`, limit))
  assert.match(receipt.version, new RegExp(`^${minor.replace('.', '\\.')}\\.`))
  assert.ok(receipt.writes.failures <= 2, JSON.stringify(receipt))
  const found = await host.run('readlink -f /proc/$(systemctl show -P MainPID etcd)/exe')
  assert.equal(found, `/opt/etcd-${minor}/etcd\n`)
  return receipt
}

/**
 * The power fails between the switch and the restart: at its boot the host starts the new etcd, and the same command finishes. The
 * snapshot of the first try is the one that counts.
 */
async function useThroughPowerCut(host: Host, minor: string): Promise<string> {
  const directory = `/opt/etcd-${minor}`
  const isSwitched = `[ "$(readlink /etc/signet/etcd-bin)" = ${directory} ]`
  await host.run(
    `signet etcd use ${directory} > /dev/null 2>&1 & until ${isSwitched}; do sleep 0.002; done; kill -9 $!`,
  )
  await host.cutPower()
  await host.boot()
  assert.equal(await host.run('readlink /etc/signet/etcd-bin'), `${directory}\n`)
  await host.until('signet etcdctl -- endpoint health', 90, 'etcd is healthy after a boot')
  const other = await host.tryRun('signet etcd use /usr/bin', limit)
  assert.match(other.stderr, /run that one again: signet etcd use /)
  const receipt: Receipt & { readonly canGoBack: boolean } = JSON.parse(
    await host.run(`signet etcd use ${directory} --json`, limit),
  )
  assert.ok(receipt.version.startsWith(`${minor}.`) && receipt.canGoBack, JSON.stringify(receipt))
  await host.run('test "$(ls /var/lib/signet-snapshots/*.db | wc -l)" = 1')
  return `${receipt.version} after a power cut between the switch and the restart`
}

/** A new etcd that ends at once, however often systemd starts it: the old one is back before anybody has to come. */
async function expectBack(host: Host): Promise<void> {
  const script = '#!/bin/sh\\n[ "$1" = --version ] && exec /opt/etcd-3.6/etcd --version\\necho broken >&2\\nexit 3\\n'
  await host.run(`mkdir /opt/broken && cp /opt/etcd-3.6/etcdctl /opt/etcd-3.6/etcdutl /opt/broken`)
  await host.run(`printf '${script}' > /opt/broken/etcd && chmod 755 /opt/broken/etcd`)
  await expectRefused(host, '/opt/broken', /does not come up: it has ended 3 times; it said: /)
  assert.equal(await host.run('readlink /etc/signet/etcd-bin'), '/opt/etcd-3.5\n')
  await host.run('signet etcdctl -- endpoint health && systemctl is-active etcd')
}

async function expectRefused(host: Host, directory: string, message: RegExp): Promise<void> {
  const { status, stderr } = await host.tryRun(`signet etcd use ${directory}`, limit)
  assert.notEqual(status, 0)
  assert.match(stderr, message)
}

function tell({ version, totalMs, writes, raftSnapshot }: Receipt): string {
  const entries = raftSnapshot === null ? '' : `, raft snapshot after ${raftSnapshot.entries} entries`
  return `${version} in ${(totalMs / 1000).toFixed(1)} s: ${writes.failures} failed, pause ${writes.longestPauseMs} ms${entries}`
}
