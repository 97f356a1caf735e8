import { strict as assert } from 'node:assert'
import { readExpiry } from '../cluster/certificate.ts'
import { joinClosedCluster, reopenJoins } from '../cluster/closed-joins.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { keyPassword } from '../cluster/found-cluster.ts'
import { installServer } from '../cluster/install-packages.ts'
import { lookAsShipped, lookOften, renewNow, setLifetimes } from '../cluster/lifetimes.ts'
import { commandsUnder, typeCommands } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const short = { client: '120s', member: '120s' }
const longMs = 12 * 3600_000

export const signerLost: Scenario = {
  name: 'signer-lost',
  title: 'the signer is lost for ever; a member adopts the saved key, and all find it at their next renewal',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lost = found.signer
    const heir = found.member('etcd-2')
    const others = [...found.members, ...found.masters].filter((host) => host !== lost)
    await setLifetimes(lost, short)
    for (const host of others) await lookOften(host)
    await renewNow(others)
    await lost.discard()
    await adopt(found, heir)
    const startedMs = performance.now()
    for (const host of others) await expectToFindSigner(host)
    note(
      `all have renewed at the new signer ${((performance.now() - startedMs) / 1000).toFixed(0)} s after the adoption`,
    )
    for (const host of others) await lookAsShipped(host)
    await heir.run(`signet member remove ${lost.name}`)
    const members = found.members.filter((host) => host !== lost)
    await expectMembersListed(heir, members, lost)
    found.signer = heir
    found.members = members
    await expectWell(found)
    await joinAgain(found, await lab.install(lost.name, lost.address))
  },
}

// The commands of the RUNBOOK, with the file that init's own advice has left on the desk.
async function adopt({ desk, founded }: Cluster, heir: Host): Promise<void> {
  await heir.run('cat > /root/signet-ca.key', { input: await desk.run('cat signet-ca.key') })
  const commands = commandsUnder('docs/RUNBOOK.md', '## The signer is lost: adopt').trim().split('\n')
  const [decrypt = '', dryRun = '', adoption = '', ...rest] = commands
  await heir.runAtTerminal(decrypt, [keyPassword])
  const shown = await heir.run(dryRun)
  assert.match(shown, /^ {2}client lifetime: here 24h; by the kept policy 2m$/m)
  assert.match(shown, /^etcd-1 was the signer and does not answer/m)
  // The lifetimes of the lost one were for this test: they are not taken, and the members that are shown are.
  await heir.runAtTerminal(adoption, ['n', 'y'])
  await typeCommands(heir, rest.join('\n'), heir)
  assert.notEqual((await heir.tryRun('test -e /root/ca.key')).status, 0)
  assert.match(await heir.run('stat -c "%a %U:%G" /etc/etcd/pki/ca.key'), /^400 root:root$/m)
  assert.match(await heir.run(`ssh signer@${heir.address} get-status`), new RegExp(founded.pin))
}

// Nobody tells them: the timer finds the old one silent, and asks the members that it knows.
async function expectToFindSigner(host: Host): Promise<void> {
  const limitMs = performance.now() + 150_000
  while ((await readExpiry(host)) < Date.now() + longMs) {
    assert.ok(performance.now() < limitMs, `${host.name} has not found the new signer`)
    await host.run('sleep 1')
  }
}

/** Joins begin closed: the voters that root confirmed stay members, and the one that was removed since does not. */
async function expectMembersListed(heir: Host, members: readonly Host[], lost: Host): Promise<void> {
  const text = await heir.run('cat /etc/signet/signet.yaml')
  assert.match(text, /^joins: closed$/m)
  for (const { name, address } of members) assert.match(text, new RegExp(`^ {2}${name}: ${address}$`, 'm'))
  assert.doesNotMatch(text, new RegExp(`^ *${lost.name}:`, 'm'))
}

/** The host of the lost signer, installed anew, becomes an ordinary member. */
async function joinAgain(cluster: Cluster, fresh: Host): Promise<void> {
  const { signer, founded } = cluster
  await installServer(fresh)
  await joinClosedCluster(signer, fresh, founded.join.replace(/--signer-ip=\S+/, `--signer-ip=${signer.address}`))
  await reopenJoins(signer)
  cluster.members = [...cluster.members, fresh]
  await expectWell(cluster)
}
