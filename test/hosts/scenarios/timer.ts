import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { readExpiry, readSerial } from '../cluster/certificate.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { lookAsShipped, lookOften, renewNow, setLifetimes, usualLifetimes } from '../cluster/lifetimes.ts'
import { etcdctlOfMaster } from '../cluster/request-certificate.ts'
import { startWriting } from '../cluster/steady-writer.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

/** Watched for longer than two of them live. */
const lifetime = '30s'
const watchMs = 75_000

export const timer: Scenario = {
  name: 'timer',
  releases: ['trixie'],
  title:
    'the timer renews certificates of half a minute for more than two of their lives; no write fails, nothing is restarted',
  run: async ({ cluster, note }) => {
    const found = await cluster()
    const hosts = [...found.members, ...found.masters]
    const etcdBefore = await readProcesses(found)
    await setLifetimes(found.signer, { client: lifetime, member: lifetime })
    for (const host of hosts) await lookOften(host)
    await renewNow(hosts)
    const writing = await startWriting(found.master, found.members, etcdctlOfMaster(found.members))
    const renewals = await watch(hosts)
    const { failures, writes } = await writing.stop()
    assert.deepEqual(failures, [], 'no write fails')
    assert.deepEqual(await readProcesses(found), etcdBefore, 'no etcd was restarted')
    note(`${renewals} renewals on ${hosts.length} hosts, ${writes} writes`)
    await setLifetimes(found.signer, usualLifetimes)
    for (const host of hosts) await lookAsShipped(host)
    await renewNow(hosts)
    await expectWell(found)
  },
}

/** Counts renewals; throws where a certificate expires, or a host does not renew at least twice. */
async function watch(hosts: readonly Host[]): Promise<number> {
  const serials = new Map(hosts.map((host) => [host, new Set<string>()]))
  const limitMs = performance.now() + watchMs
  while (performance.now() < limitMs) {
    for (const host of hosts) {
      serials.get(host)?.add(await readSerial(host))
      assert.ok((await readExpiry(host)) > Date.now(), `the certificate of ${host.name} has expired`)
    }
    await delay(2000)
  }
  for (const [host, seen] of serials) assert.ok(seen.size > 2, `${host.name} renewed ${seen.size - 1} times`)
  return [...serials.values()].reduce((sum, seen) => sum + seen.size - 1, 0)
}

async function readProcesses({ members }: Cluster): Promise<readonly string[]> {
  return Promise.all(members.map((member) => member.run('systemctl show --value --property=MainPID etcd')))
}
