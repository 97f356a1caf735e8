import { strict as assert } from 'node:assert'
import { setTimeout as delay } from 'node:timers/promises'
import { readExpiry } from '../cluster/certificate.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { expectWell } from '../cluster/expect-well.ts'
import { renewNow, setLifetimes, usualLifetimes } from '../cluster/lifetimes.ts'
import type { Host } from '../lab/host.ts'
import type { Scenario } from '../runner/scenario.ts'

const lifetimes = { client: '24h', member: '15s' }

export const expiredMember: Scenario = {
  name: 'expired',
  title: 'members whose certificates expired while they were off renew before their etcd starts: one, then all at once',
  run: async ({ cluster }) => {
    const found = await cluster()
    await startExpired(found, [found.member('etcd-3')])
    await startExpired(found, found.members)
  },
}

async function startExpired(cluster: Cluster, hosts: readonly Host[]): Promise<void> {
  const { signer } = cluster
  await setLifetimes(signer, lifetimes)
  await renewNow(hosts)
  const expiries = await Promise.all(hosts.map(readExpiry))
  // What the hosts get when they come back is to last.
  await setLifetimes(signer, usualLifetimes)
  await Promise.all(hosts.map((host) => host.powerOff()))
  await delay(Math.max(...expiries) + 1000 - Date.now())
  await Promise.all(hosts.map((host) => host.boot()))
  await expectWell(cluster)
  for (const host of hosts) await expectRenewedFirst(host)
}

async function expectRenewedFirst(host: Host): Promise<void> {
  const log = await host.run('journalctl --boot --output=cat -u etcd')
  const renewed = log.indexOf(`renewed ${host.name} until`)
  const started = log.search(/"msg":"etcd Version|etcd Version:|Starting etcd|"caller":"etcdmain/)
  assert.ok(renewed >= 0, `${host.name} renewed before etcd started:\n${log.slice(0, 2000)}`)
  assert.ok(started < 0 || renewed < log.search(/"caller":"etcdmain|etcdmain:/), `${host.name}: renewed first`)
  assert.ok((await readExpiry(host)) > Date.now() + 3600_000)
}
