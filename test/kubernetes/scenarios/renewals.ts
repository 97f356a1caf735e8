import { setTimeout as delay } from 'node:timers/promises'
import type { KubeCluster } from '../cluster/kube-cluster.ts'
import { expectUnnoticed, formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

const renewals = 10
// So short that each certificate but the last expires within the run: a connection that begins shows a renewed one.
const lifetimeSeconds = 20

// After these renewals one member each: the first certificate has expired long since.
const restarts = [4, 6, 8]

/** Ten renewals by `signet renew` where it is due, and each member restarted once while the first certificate is long expired. */
export const renewedCertificates: KubeScenario = {
  name: 'renewals',
  title: 'ten renewals, with every member restarted among them, cost no request that a restart does not, and no event',
  run: async (stage) => {
    const cluster = await stage.cluster({ clientLifetime: `${lifetimeSeconds}s` })
    const { client } = await cluster.startApiserver()
    const load = await KubeLoad.start(client)
    const serials = new Set([cluster.serial])
    const untilMs = performance.now() + renewals * lifetimeSeconds * 1000 + 60_000
    while (serials.size <= renewals) {
      if (performance.now() > untilMs) throw new Error(`only ${serials.size - 1} renewals in time`)
      await cluster.signet('renew')
      if (!serials.has(cluster.serial)) await restartAfter(serials.add(cluster.serial).size - 1, cluster)
      await delay(500)
    }
    const result = await load.stop()
    stage.note(`${renewals} renewals of ${lifetimeSeconds} s: ${formatLoad(result)}`)
    expectUnnoticed(result, cluster.disturbances)
  },
}

async function restartAfter(count: number, cluster: KubeCluster): Promise<void> {
  const member = cluster.members[restarts.indexOf(count)]
  if (member !== undefined) await cluster.restart(member)
}
