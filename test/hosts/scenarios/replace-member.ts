import { strict as assert } from 'node:assert'
import { closeJoins, joinClosedCluster, reopenJoins } from '../cluster/closed-joins.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { etcdctl } from '../cluster/follow-runbook.ts'
import { installServer } from '../cluster/install-packages.ts'
import { startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Laboratory } from '../lab/laboratory.ts'
import type { Scenario } from '../runner/scenario.ts'

export const replaceMember: Scenario = {
  name: 'replace-member',
  title: 'joins are closed; a member whose disk is gone is removed, and a new host takes its name and address',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const lost = found.member('etcd-3')
    await closeJoins(found.signer)
    note(`writes again ${await loseMember(found, lost)} ms after its loss`)
    const writing = await startWriting(found.master, [found.signer])
    const fresh = await putNewHostInPlace(lab, found, lost)
    await expectReleased(found.signer, lost)
    await joinClosedCluster(found.signer, fresh, found.founded.join)
    const { failures, longestPauseMs } = await writing.stop()
    assert.deepEqual(failures, [], 'no write fails')
    note(`longest pause of writes: ${longestPauseMs} ms`)
    await expectWell(found)
    await reopenJoins(found.signer)
  },
}

/** The removal was typed on the signer: the name is free, and the pair no longer gets a member's lifetime. */
async function expectReleased(signer: Host, { name }: Host): Promise<void> {
  assert.match(await signer.run('cat /var/lib/signet/issued.jsonl'), new RegExp(`"release":"${name}"}$`, 'm'))
  assert.match(await signer.run('stat -c "%a %U" /var/lib/signet/issued.jsonl'), /^600 signet-authority$/m)
  assert.doesNotMatch(await signer.run('cat /etc/signet/signet.yaml'), new RegExp(`^ *${name}:`, 'm'))
}

/**
 * A member is lost with its disk. Where it was the Raft leader, a write that is under way is lost with it, in any etcd:
 * only once the others have a Raft leader again is every write expected to succeed. Returns how long that took.
 */
export async function loseMember({ master, signer }: Cluster, lost: Host): Promise<number> {
  await lost.discard()
  const lostAtMs = performance.now()
  await master.until(`${etcdctl(signer.address)} put after-the-loss 1`, 30, 'a write after the loss of a member')
  return Math.round(performance.now() - lostAtMs)
}

/** In place of a member that is lost there is a new host, of its name and address, that has the packages. */
export async function putNewHostInPlace(lab: Laboratory, cluster: Cluster, lost: Host): Promise<Host> {
  const fresh = await lab.install(lost.name, lost.address)
  await installServer(fresh)
  const { signer } = cluster
  // A join as if nothing had happened is refused: etcd still counts on the one that is lost.
  const refused = await fresh.tryRun(cluster.founded.join, { timeoutSeconds: 120 })
  assert.notEqual(refused.status, 0)
  assert.match(refused.stderr, new RegExp(`signet member remove ${lost.name}`), refused.stderr)
  assert.match(await signer.run('signet member list || true'), new RegExp(lost.name))
  await signer.run(`signet member remove ${lost.name}`)
  cluster.members = cluster.members.map((member) => (member === lost ? fresh : member))
  return fresh
}
