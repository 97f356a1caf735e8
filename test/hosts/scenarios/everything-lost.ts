import { strict as assert } from 'node:assert'
import { type Cluster, first } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { keyPassword } from '../cluster/found-cluster.ts'
import { installServer } from '../cluster/install-packages.ts'
import { joinMember } from '../cluster/join-members.ts'
import { renewNow } from '../cluster/lifetimes.ts'
import { readReceipt } from '../cluster/lost-quorum.ts'
import { etcdctlOfMaster } from '../cluster/request-certificate.ts'
import { blocksOfPage } from '../cluster/runbook-commands.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const limit = { timeoutSeconds: 300 }

export const everythingLost: Scenario = {
  name: 'everything-lost',
  // Debian 12 has no etcdutl.
  releases: ['trixie'],
  title:
    'every member is gone with its disk: a fresh host founds the cluster anew from the saved CA key and a snapshot',
  run: async ({ lab, cluster, note }) => {
    const found = await cluster()
    const { members, masters, master, signer, desk } = found
    const etcdctl = etcdctlOfMaster(members)
    await master.run(`${etcdctl} put saved/1 before`)
    const snapshot = await copyToDesk(signer, desk)
    await master.run(`${etcdctl} put saved/2 after`)
    const caCertificate = await master.run('cat /etc/kubernetes/pki/etcd/ca.crt')
    for (const host of members) await host.discard()
    const fresh = await Promise.all(members.map(({ name: each, address }) => lab.install(each, address)))
    await Promise.all(fresh.map(installServer))
    const [founder, ...others] = fresh
    assert.ok(founder !== undefined)
    await founder.run('cat > ca.crt', { input: caCertificate })
    await bringFromDesk(founder, desk, snapshot)
    const startedMs = performance.now()
    const join = await foundAnew(found, founder, snapshot)
    note(`founded anew in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
    for (const host of others) await joinMember(host, join)
    found.members = fresh
    found.signer = founder
    await renewNow(masters)
    // Who calls with ssh alone has the host key of the lost signer in the way.
    for (const host of [...masters, desk]) await host.tryRun(`ssh-keygen -R ${founder.address}`)
    // And whoever requests anew the one that signet remembers; renewing goes on without.
    for (const host of masters)
      await host.tryRun(`ssh-keygen -f /var/lib/signet-client/known_hosts -R ${founder.address}`)
    const kept = await master.run(`${etcdctl} get --prefix saved/ --print-value-only`)
    assert.equal(kept, 'before\n')
    await expectRaised(founder)
    await expectWell(found)
    // They begin closed; the scenarios after this one join hosts that nobody lists.
    await founder.run('signet joins open')
  },
}

/** A snapshot with its sidecar, where the CA key is already. */
async function copyToDesk(signer: Host, desk: Host): Promise<string> {
  const path = (await signer.run('signet snapshot save', limit)).trim()
  for (const file of [path, sidecarOf(path)]) await desk.run(`scp -q root@${signer.address}:${file} .`)
  return path.slice(path.lastIndexOf('/') + 1)
}

async function bringFromDesk(founder: Host, desk: Host, snapshot: string): Promise<void> {
  for (const file of ['signet-ca.key', snapshot, sidecarOf(snapshot)]) {
    await founder.run(`base64 -d > ${file}`, { input: await desk.run(`base64 ${file}`) })
  }
}

function sidecarOf(snapshot: string): string {
  return snapshot.replace(/\.db$/, '.json')
}

/** With the commands of the page; answers with the line that adds a member. */
async function foundAnew({ members, founded }: Cluster, founder: Host, snapshot: string): Promise<string> {
  const page = blocksOfPage('docs/RUNBOOK.md', '## Everything is lost')
  const [decrypt = '', dryRun = '', found = '', ...rest] = page
    .flat()
    .map((line) => line.replace('SNAPSHOT.db', snapshot))
  await founder.runAtTerminal(decrypt, [keyPassword])
  assert.match(await founder.run(dryRun, limit), new RegExp(`signed by ${first(members).name}`))
  const { status, stderr } = await founder.tryRun(found, limit)
  assert.equal(status, 0, stderr)
  assert.match(stderr, new RegExp(`the CA is as it was: ${founded.pin}`))
  await founder.run(rest.join('\n'))
  const join = /add a member, on its own host: (\/root\/setup\/first-boot\.sh join .*)$/m.exec(stderr)?.[1]
  assert.ok(join !== undefined, stderr)
  return join
}

/** Whoever watched the lost cluster is told to list anew. */
async function expectRaised(founder: Host): Promise<void> {
  const { source, revisionAfter } = await readReceipt(founder)
  assert.ok(BigInt(revisionAfter) > BigInt(source.revision) + 1_000_000_000n)
}
