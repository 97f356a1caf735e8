import { setTimeout as delay } from 'node:timers/promises'
import type { KubeApiserver } from '../cluster/kube-apiserver.ts'
import type { KubeCluster } from '../cluster/kube-cluster.ts'
import { expectUnnoticed, formatLoad } from '../load/judge-load.ts'
import { KubeLoad } from '../load/kube-load.ts'
import type { KubeScenario } from '../runner/kube-scenario.ts'

// What a request that is under way at a member that stops may take to be refused; by then none of them fails any more.
const settlingMs = 15_000

/** Two of three members replaced: one kube-apiserver is told, the other not; then the last of the old members stops. */
export const replacedMembers: KubeScenario = {
  name: 'replaced-members',
  title:
    'two of three members replaced: doctor names the stale flag, and with the new one the end of the third is not noticed',
  run: async (stage) => {
    const cluster = await stage.cluster({ clientLifetime: '10m' })
    const stale = await cluster.startApiserver({ name: 'stale' })
    const load = await KubeLoad.start(stale.client)
    const [last, ...replaced] = cluster.members
    if (last === undefined) throw new Error('there is no member')
    for (const member of replaced) {
      await cluster.remove(member)
      await cluster.join()
    }
    const told = await tell(cluster, stale)
    const replacing = await load.stop()
    stage.note(`while two members were replaced: ${formatLoad(replacing)}`)
    expectUnnoticed(replacing, cluster.disturbances)
    const staleLoad = await KubeLoad.start(stale.client, 'stale')
    const toldLoad = await KubeLoad.start(told.client, 'told')
    const haltedMs = performance.now()
    await cluster.halt(last)
    await delay(settlingMs)
    const staleResult = await staleLoad.stop()
    const toldResult = await toldLoad.stop()
    stage.note(`told of the new members, once the third stopped: ${formatLoad(toldResult)}`)
    stage.note(`not told: ${staleResult.failed.length} of ${staleResult.requests} requests failed`)
    expectUnnoticed(toldResult, cluster.disturbances)
    const lateMs = haltedMs + 5000
    const staleLate = staleResult.failed.filter(({ begunMs }) => begunMs > lateMs)
    // The control: without the new flag it is down, though two of three members are well.
    if (staleLate.length === 0) throw new Error('kube-apiserver with the stale flag went on without any member')
  },
}

// As RUNBOOK says it: what doctor prints is what is typed.
async function tell(cluster: KubeCluster, stale: KubeApiserver): Promise<KubeApiserver> {
  const { stdout } = await cluster.trySignet('doctor', '--json')
  const findings: readonly { check: string; level: string; what: string; fix?: string }[] = JSON.parse(stdout).findings
  const finding = findings.find(({ check, what }) => check === 'etcd-servers' && what.includes(`process ${stale.pid} `))
  const flag = await cluster.serversFlag()
  if (finding?.level !== 'attention' || finding.fix?.includes(flag) !== true) {
    throw new Error(`doctor does not name the stale flag: ${JSON.stringify(finding)}`)
  }
  return cluster.startApiserver({ name: 'told', serversFlag: flag })
}
