import { setTimeout as delay } from 'node:timers/promises'
import type { KubeCluster } from '../cluster/kube-cluster.ts'
import { expectWholeWatch, formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

const lifetimeSeconds = 30
const outageMs = 20_000
// gRPC's back-off between two attempts at one member: 120 s at most, with a jitter of a fifth (grpc-go, backoff/backoff.go), and
// what a busy machine adds.
const recoveryLimitMs = 150_000

/** The master's certificate expires while the signer is away; then etcd restarts, and only then the signer is back. */
export const expiredCertificate: KubeScenario = {
  name: 'expiry',
  title:
    'an expired certificate breaks nothing until connections do, and kube-apiserver recovers by itself once it is renewed',
  run: async (stage) => {
    const cluster = await stage.cluster({ clientLifetime: `${lifetimeSeconds}s` })
    const { client } = await cluster.startApiserver()
    const load = await KubeLoad.start(client)
    await cluster.signerLeaves()
    await delay(Math.max(0, cluster.expiresAtMs - Date.now()) + 5000)
    const expiredMs = performance.now()
    await load.nextWriteMs(expiredMs, 2000)
    const [first, ...others] = cluster.members
    if (first === undefined) throw new Error('there is no member')
    await cluster.restart(first)
    await delay(5000)
    await load.nextWriteMs(performance.now(), 5000)
    const breakingMs = performance.now()
    for (const member of others) await cluster.restart(member)
    const brokenMs = performance.now()
    await delay(outageMs)
    // The control: with an expired certificate nobody gets in.
    if (load.writtenMs > brokenMs + 5000) throw new Error('writes went on with an expired certificate')
    await cluster.signerReturns()
    await renewWhenDue(cluster)
    const renewedMs = performance.now()
    const recoveredMs = await load.nextWriteMs(renewedMs, recoveryLimitMs)
    const settledMs = performance.now() + recoveryLimitMs
    // All members are connected again: no request fails any more.
    while (performance.now() < settledMs && !(await isQuietFor(load, 5000))) await delay(100)
    const result = await load.stop()
    const early = result.failed.filter(({ begunMs }) => begunMs < breakingMs - 1000)
    stage.note(
      `out for ${Math.round(outageMs / 1000)} s with all members restarted; the first write ${recoveredMs} ms after the renewal; ${formatLoad(result)}`,
    )
    expectWholeWatch(result)
    if (early.length > 0) throw new Error(`${early.length} requests failed before the last members restarted`)
  },
}

// As the timer does it: whether it is due is decided by `renew` itself.
async function renewWhenDue(cluster: KubeCluster): Promise<void> {
  const { serial } = cluster
  const untilMs = performance.now() + 60_000
  while (cluster.serial === serial) {
    if (performance.now() > untilMs) throw new Error('the certificate was not renewed')
    const { stderr, status } = await cluster.trySignet('renew')
    if (status !== 0 && status !== 75 && status !== 69) throw new Error(stderr)
    await delay(200)
  }
}

async function isQuietFor(load: KubeLoad, quietMs: number): Promise<boolean> {
  const before = load.failures
  await delay(quietMs)
  return load.failures === before
}
