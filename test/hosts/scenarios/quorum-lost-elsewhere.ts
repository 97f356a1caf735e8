import { strict as assert } from 'node:assert'
import { cpSync, mkdirSync } from 'node:fs'
import { expectListAndWatch } from '../cluster/held-watch.ts'
import { keysPrefix } from '../cluster/kept-writes.ts'
import { expectNothingSilent, expectStoodDown, loseQuorum, readReceipt, sayYes } from '../cluster/lost-quorum.ts'
import { foundOwnCluster } from '../cluster/own-cluster.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario, Stage } from '../runner/scenario.ts'
import { upgradeProgram } from '../set-up/upgrade-etcds.ts'

const directory = '/usr/lib/signet-etcd/3.6'
// On a small disk a snapshot has room beside a small database alone.
const quota = '--quota=256MiB'

/** Debian 12 has no etcdutl: that of signet-etcd restores, and etcd 3.4 goes on. */
export const quorumLostAt34: Scenario = {
  name: 'quorum-lost-3.4',
  releases: ['bookworm'],
  isLong: true,
  title:
    "all members lose power, two for good: the survivor goes on from its database with Debian 12's etcd and the etcdutl of signet-etcd",
  run: async (stage) => {
    const prepare = (host: Host): void => bringPrograms(host, ['etcdutl'])
    await loseAllPower(stage, { prepare, options: quota, version: /^3\.4\./ })
  },
}

/** The whole of signet-etcd. */
export const quorumLostAt36: Scenario = {
  name: 'quorum-lost-3.6',
  releases: ['trixie'],
  isLong: true,
  title: 'all members lose power, two for good: the survivor goes on from its database with etcd 3.6',
  run: async (stage) => {
    const prepare = (host: Host): void => bringPrograms(host, ['etcd', 'etcdctl', 'etcdutl'])
    await loseAllPower(stage, { prepare, options: `${quota} --etcd=${directory}`, version: /^3\.6\./ })
  },
}

function bringPrograms(host: Host, programs: readonly ('etcd' | 'etcdctl' | 'etcdutl')[]): void {
  mkdirSync(`${host.root}${directory}`, { recursive: true, mode: 0o755 })
  for (const program of programs) cpSync(upgradeProgram('3.6', program), `${host.root}${directory}/${program}`)
}

interface Variant {
  readonly prepare: (host: Host) => void
  readonly options: string
  readonly version: RegExp
}

// A member that starts without a quorum answers nobody: what it has is in its file.
async function loseAllPower({ lab, note }: Stage, { version, ...options }: Variant): Promise<void> {
  const found = await foundOwnCluster(lab, { count: 3, ...options })
  const [survivor, woken, destroyed] = found.members
  assert.ok(survivor !== undefined && woken !== undefined && destroyed !== undefined)
  const lost = await loseQuorum(found, found.members)
  await survivor.bootToLogin()
  await survivor.run('signet recover --stand-down', { timeoutSeconds: 120 })
  await expectStoodDown(survivor)
  const startedMs = performance.now()
  await sayYes(survivor, `signet recover --gone=${woken.name} --gone=${destroyed.name}`)
  note(`recovered in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  note(await expectNothingSilent(found, survivor, lost))
  await expectListAndWatch(found.master, lost.etcdctl, keysPrefix)
  const { newClusterId } = await readReceipt(survivor)
  for (const host of [woken, destroyed]) {
    await host.bootToLogin()
    await host.run('systemctl stop etcd')
    await sayYes(host, `signet recover --rejoin --cluster=${newClusterId}`)
  }
  const list: { members: { version: string }[] } = JSON.parse(await survivor.run('signet member list --json'))
  assert.equal(list.members.length, 3)
  for (const member of list.members) assert.match(member.version, version)
  await survivor.run('signet etcdctl -- endpoint health')
  for (const host of [...found.members, found.master]) await host.discard()
}
