import { strict as assert } from 'node:assert'
import { readExpiry } from '../cluster/certificate.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { keyPassword } from '../cluster/found-cluster.ts'
import { installServer } from '../cluster/install-packages.ts'
import { joinMember } from '../cluster/join-members.ts'
import { lookAsShipped, lookOften, renewNow, setLifetimes } from '../cluster/lifetimes.ts'
import { commandsUnder, typeCommands } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const short = { client: '120s', member: '120s' }
const longMs = 12 * 3600_000

export const leaderLost: Scenario = {
  name: 'leader-lost',
  title: 'the leader is lost for ever; a member adopts the saved key, and all find it at their next renewal',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lost = found.leader
    const heir = found.member('etcd-2')
    const others = [...found.members, ...found.masters].filter((host) => host !== lost)
    await setLifetimes(lost, short)
    for (const host of others) await lookOften(host)
    await renewNow(others)
    await lost.discard()
    await adopt(found, heir)
    const startedMs = performance.now()
    for (const host of others) await expectToFindLeader(host)
    note(
      `all have renewed at the new leader ${((performance.now() - startedMs) / 1000).toFixed(0)} s after the adoption`,
    )
    for (const host of others) await lookAsShipped(host)
    await heir.run(`signet member remove ${lost.name}`)
    found.leader = heir
    found.members = found.members.filter((host) => host !== lost)
    await expectWell(found)
    await joinAgain(found, await lab.install(lost.name, lost.address))
  },
}

// The commands of the RUNBOOK, with the file that init's own advice has left on the desk.
async function adopt({ desk, founded }: Cluster, heir: Host): Promise<void> {
  await heir.run('cat > /root/signet-ca.key', { input: await desk.run('cat signet-ca.key') })
  const commands = commandsUnder('docs/RUNBOOK.md', '## The leader is lost: adopt').trim().split('\n')
  const [decrypt = '', ...rest] = commands
  await heir.runAtTerminal(decrypt, [keyPassword])
  await typeCommands(heir, rest.join('\n'), heir)
  assert.notEqual((await heir.tryRun('test -e /root/ca.key')).status, 0)
  assert.match(await heir.run('stat -c "%a %U:%G" /etc/etcd/pki/ca.key'), /^400 root:root$/m)
  assert.match(await heir.run(`ssh signer@${heir.address} get-status`), new RegExp(founded.pin))
}

// Nobody tells them: the timer finds the old one silent, and asks the members that it knows.
async function expectToFindLeader(host: Host): Promise<void> {
  const limitMs = performance.now() + 150_000
  while ((await readExpiry(host)) < Date.now() + longMs) {
    assert.ok(performance.now() < limitMs, `${host.name} has not found the new leader`)
    await host.run('sleep 1')
  }
}

/** The host of the lost leader, installed anew, becomes an ordinary member. */
async function joinAgain(cluster: Cluster, fresh: Host): Promise<void> {
  const { leader, founded } = cluster
  await installServer(fresh)
  await joinMember(fresh, founded.join.replace(/--signer-ip=\S+/, `--signer-ip=${leader.address}`))
  cluster.members = [...cluster.members, fresh]
  await expectWell(cluster)
}
