import { strict as assert } from 'node:assert'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import { joinClosedCluster, reopenJoins } from './closed-joins.ts'
import type { Cluster } from './cluster.ts'
import { expectWell } from './expect-well.ts'
import { keyPassword } from './found-cluster.ts'
import { installServer } from './install-packages.ts'
import { commandsUnder, typeCommands } from './runbook-commands.ts'

/**
 * A member becomes the signer with the commands of the RUNBOOK and the file that init's own advice has left on the desk;
 * `answers` are what root types when it asks. Answers with what the dry run has shown.
 */
export async function adoptKey({ desk, founded }: Cluster, heir: Host, answers: readonly string[]): Promise<string> {
  await heir.run('cat > /root/signet-ca.key', { input: await desk.run('cat signet-ca.key') })
  const commands = commandsUnder('docs/RUNBOOK.md', '## The signer is lost: adopt').trim().split('\n')
  const [decrypt = '', dryRun = '', adoption = '', ...rest] = commands
  await heir.runAtTerminal(decrypt, [keyPassword])
  const shown = await heir.run(dryRun)
  await heir.runAtTerminal(adoption, answers)
  await typeCommands(heir, rest.join('\n'), heir)
  assert.notEqual((await heir.tryRun('test -e /root/ca.key')).status, 0)
  assert.match(await heir.run('stat -c "%a %U:%G" /etc/etcd/pki/ca.key'), /^400 root:root$/m)
  assert.match(await heir.run(`ssh signer@${heir.address} get-status`), new RegExp(founded.pin))
  return shown
}

/** The cluster of those who are left, with its new signer. */
export async function removeLostSigner(cluster: Cluster, heir: Host): Promise<void> {
  const lost = cluster.signer
  await heir.run(`signet member remove ${lost.name}`)
  const members = cluster.members.filter((host) => host !== lost)
  await expectMembersListed(heir, members, lost)
  cluster.signer = heir
  cluster.members = members
  await expectWell(cluster)
}

/** Joins begin closed: the voters that root confirmed stay members, and the one that was removed since does not. */
async function expectMembersListed(heir: Host, members: readonly Host[], lost: Host): Promise<void> {
  const text = await heir.run('cat /etc/signet/signet.yaml')
  assert.match(text, /^joins: closed$/m)
  for (const { name, address } of members) assert.match(text, new RegExp(`^ {2}${name}: ${address}$`, 'm'))
  assert.doesNotMatch(text, new RegExp(`^ *${lost.name}:`, 'm'))
}

/** The host of the lost signer, installed anew, becomes an ordinary member. */
export async function joinAgain(cluster: Cluster, lost: Host, lab: Laboratory): Promise<void> {
  const { signer, founded } = cluster
  const fresh = await lab.install(lost.name, lost.address)
  await installServer(fresh)
  await joinClosedCluster(signer, fresh, founded.join.replace(/--signer-ip=\S+/, `--signer-ip=${signer.address}`))
  await reopenJoins(signer)
  cluster.members = [...cluster.members, fresh]
  await expectWell(cluster)
}
