import { strict as assert } from 'node:assert'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { expectListAndWatch } from '../cluster/held-watch.ts'
import { installServer } from '../cluster/install-packages.ts'
import { joinMember } from '../cluster/join-members.ts'
import { keysPrefix } from '../cluster/kept-writes.ts'
import { expectNoQuorum, expectNothingSilent, expectStoodDown, loseQuorum, sayYes } from '../cluster/lost-quorum.ts'
import { blocksOfPage } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import type { Scenario } from '../runner/scenario.ts'

const runbook = 'docs/RUNBOOK.md'
const limit = { timeoutSeconds: 120 }

export const quorumLost: Scenario = {
  name: 'quorum-lost',
  // Debian 12 has no etcdutl: what is done there is a scenario of its own.
  releases: ['trixie'],
  title:
    'two of three members are gone for good: the survivor goes on with all that was acknowledged, no watch hangs silently, and old members that wake are found, fenced and brought in',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const { signer: survivor, master } = found
    const [woken, destroyed] = found.followers
    assert.ok(woken !== undefined && destroyed !== undefined)
    const [standDown = [], [dryRun = '', recover = ''] = [], fence = []] = blocksOfPage(
      runbook,
      '## The quorum is gone',
    )
    const lost = await loseQuorum(found, [woken, destroyed])
    await survivor.run(standDown.join('\n'), limit)
    await expectStoodDown(survivor)
    assert.match(await survivor.run(dryRun, limit), /restore/)
    const startedMs = performance.now()
    const receipt = await sayYes(survivor, recover)
    note(`recovered in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    note(await expectNothingSilent(found, survivor, lost))
    await expectListAndWatch(master, lost.etcdctl, keysPrefix)
    await wake([woken, destroyed], survivor)
    await expectFence([woken, destroyed], [survivor, master], fence)
    await destroyed.discard()
    await rejoin(woken, receipt)
    await joinFresh(lab, found, destroyed)
    await expectWell(found)
    await expectListAndWatch(master, lost.etcdctl, keysPrefix)
  },
}

/** Old members come back on their old data: one alone can do nothing, two serve, and doctor finds them. */
async function wake([one, other]: readonly [Host, Host], survivor: Host): Promise<void> {
  await one.bootToLogin()
  await expectNoQuorum(one)
  await other.bootToLogin()
  await one.until('signet etcdctl -- put split 1', 60, 'two old members have a quorum')
  const { stdout } = await survivor.tryRun('signet doctor --json')
  const { findings }: { readonly findings: readonly { readonly what: string }[] } = JSON.parse(stdout)
  const split = findings.find(({ what }) => what.startsWith('members answer in 2 clusters: '))?.what ?? stdout
  const former = /the former [0-9a-f]+ at ([^;]*)/.exec(split)?.[1] ?? split
  for (const { address } of [one, other]) assert.ok(former.includes(address), split)
  assert.ok(!former.includes(survivor.address), split)
}

/** The rules that the recovery wrote part old members from whoever loads them, and go for one that was wiped. */
async function expectFence(
  old: readonly Host[],
  [survivor, master]: readonly [Host, Host],
  typed: readonly string[],
): Promise<void> {
  const reach = async (from: Host, to: Host): Promise<boolean> =>
    (await from.tryRun(`timeout 2 bash -c 'exec 3<> /dev/tcp/${to.address}/2379'`)).status === 0
  const open = (): Promise<readonly boolean[]> =>
    Promise.all(old.flatMap((each) => [reach(each, survivor), reach(survivor, each), reach(master, each)]))
  const rules = await survivor.run('cat /etc/signet/fence.nft')
  assert.ok(!(await open()).includes(false), 'without the rules everybody is reached')
  await master.run('mkdir -p /etc/signet && cat > /etc/signet/fence.nft', { input: rules })
  for (const host of [survivor, master]) await host.run(typed.join('\n'))
  assert.ok(!(await open()).includes(true), 'with the rules nobody is')
  for (const { name } of old) {
    for (const host of [survivor, master]) await host.run(`nft delete table inet signet_gone_${name}`)
  }
  assert.ok(!(await open()).includes(false), 'and without them everybody again')
  for (const host of [survivor, master]) await host.run('rm /etc/signet/fence.nft')
}

/** With the id that the receipt names. */
async function rejoin(old: Host, receipt: string): Promise<void> {
  const id = /serves a new cluster of one, ([0-9a-f]+) /.exec(receipt)?.[1]
  assert.ok(id !== undefined, receipt)
  const [[dryRun = '', command = ''] = []] = blocksOfPage(
    runbook,
    '## A member of a cluster that was recovered elsewhere',
  )
  await old.run('systemctl stop etcd')
  await old.run(dryRun.replace('ID', id), limit)
  await sayYes(old, command.replace('ID', id))
}

/** In place of a host that is destroyed there is a new one, of its name and address. */
async function joinFresh(lab: Laboratory, cluster: Cluster, destroyed: Host): Promise<void> {
  const fresh = await lab.install(destroyed.name, destroyed.address)
  await installServer(fresh)
  await joinMember(fresh, cluster.founded.join)
  cluster.members = cluster.members.map((member) => (member === destroyed ? fresh : member))
}
